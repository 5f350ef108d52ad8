import LodeDomain

/// What is wrong with a request before it reaches a use case.
enum RequestFault: Error, Hashable {
    /// No route has that path.
    case pathUnknown
    /// A part of the path is not valid percent-encoding or not of the kind expected.
    case pathInvalid
    /// The path exists, but not with that method.
    case methodNotAllowed(allowed: [String])
    /// The body is longer than the limit, in bytes.
    case bodyTooLarge(limit: Int)
    /// The body is of another type than those expected.
    case mediaTypeUnsupported(expected: [String])
    /// The request has no field “host”, an empty one, or several.
    case hostFieldInvalid
    /// The request was meant for another server.
    case hostUnknown(String)
    /// A page of another site sent the request.
    case originForeign(String)
    /// The client takes none of the forms that an answer has.
    case notAcceptable(offered: [String])
    /// The body is said to be gzip, and is not or ends early.
    case gzipDamaged
    /// The body is not in the form that its head says: broken chunks, or a transfer coding that is not known.
    case bodyBroken
    /// The body is packed in a way that is not known.
    case encodingUnsupported(String)
    /// As many clients follow jobs as the daemon permits.
    case tooManyStreams(limit: Int)
    /// The query string has a parameter that is not known, or a value that does not fit.
    case queryInvalid(parameter: String, expected: String)
    /// A token is needed, and none was shown.
    case tokenMissing
    /// There is no such token.
    case tokenUnknown
    /// The token of that name has expired or was revoked.
    case tokenOver(String)
    /// The token does not permit what was asked.
    case scopeMissing(AccessScope, token: String)
    /// So many bodies are held already that there is no room for another.
    case bodiesTooMany
    /// So many questions wait already that there is no place in line.
    case questionsTooMany
    /// The answer took too long.
    case deadlinePassed(seconds: Double)
}
