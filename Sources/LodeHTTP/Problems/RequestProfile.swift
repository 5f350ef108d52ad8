import LodeService

/// How a fault of a request shows: what ``ErrorProfile`` is for errors of the use cases, for what HTTP alone knows.
struct RequestProfile: Hashable {
    /// A stable kebab-case code.
    var code: String
    /// What kind of problem it is, the same words each time.
    var title: String
    /// The HTTP status.
    var status: Int

    init(_ code: String, _ title: String, _ status: Int) {
        self.code = code
        self.title = title
        self.status = status
    }

    init(_ profile: ErrorProfile) {
        self.init(profile.code, profile.title, profile.httpStatus)
    }

    static let notFound = RequestProfile("not-found", "No such resource", 404)
    static let methodNotAllowed = RequestProfile("method-not-allowed", "The resource has no such method", 405)
    static let bodyTooLarge = RequestProfile("body-too-large", "The body is too large", 413)
    static let mediaTypeUnsupported = RequestProfile(
        "media-type-unsupported", "The body is of another type than expected", 415)
    static let tooManyStreams = RequestProfile("too-many-streams", "Too many clients follow jobs", 503)
    static let notAcceptable = RequestProfile("not-acceptable", "No form of the answer is wanted", 406)
    static let hostUnknown = RequestProfile("host-unknown", "The request is for another server", 421)
    static let originForeign = RequestProfile("origin-foreign", "A page of another site may not ask", 403)
    static let badRequest = RequestProfile("bad-request", "Bad Request", 400)

    /// Every code that an answer may have, the use cases' too.
    static let table: [RequestProfile] =
        ErrorProfile.table.map { RequestProfile($0) }
        + [
            .notFound, .methodNotAllowed, .notAcceptable, .bodyTooLarge, .mediaTypeUnsupported, .hostUnknown,
            .originForeign,
            .tooManyStreams, .badRequest,
        ]
}

extension RequestFault {
    /// The fault's row of the table.
    var profile: RequestProfile {
        switch self {
        case .pathUnknown, .pathInvalid: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .bodyTooLarge
        case .mediaTypeUnsupported, .encodingUnsupported: .mediaTypeUnsupported
        case .notAcceptable: .notAcceptable
        case .hostUnknown: .hostUnknown
        case .originForeign: .originForeign
        case .tooManyStreams: .tooManyStreams
        case .gzipDamaged: .badRequest
        case .queryInvalid: RequestProfile(.invalidRequest)
        }
    }

    /// What happened, with which value, and what to do.
    var detail: String {
        switch self {
        case .pathUnknown: "No route has this path. The routes are in docs/http.md."
        case .pathInvalid: "A part of the path is not what this route expects there."
        case .methodNotAllowed(let allowed): "Use \(allowed.joined(separator: " or ")) here."
        case .bodyTooLarge(let limit):
            "The body may have at most \(limit) bytes. Send it in parts, or use “lode ingest”. Nothing was written."
        case .mediaTypeUnsupported(let expected): "Send the body with the header “content-type: \(expected)”."
        case .tooManyStreams(let limit):
            "\(limit) clients follow jobs already. Close one, or ask for the jobs now and then."
        case .notAcceptable(let offered):
            "The header “accept” must allow \(offered.joined(separator: ", ")), or leave it out."
        case .hostUnknown(let host):
            "“\(host)” is not a name of this server. Ask at 127.0.0.1 or localhost, or add the name to the setting http.hosts."
        case .originForeign(let origin):
            "The request comes from “\(origin)”. Add its host to the setting http.hosts if it is yours."
        case .gzipDamaged: "The body is not gzip, is damaged, or ends early. Pack it anew. Nothing was written."
        case .encodingUnsupported(let encoding): "Content-encoding “\(encoding)” is not known; send gzip or none."
        case .queryInvalid(let parameter, let expected): "Query parameter “\(parameter)”: expected \(expected)."
        }
    }
}
