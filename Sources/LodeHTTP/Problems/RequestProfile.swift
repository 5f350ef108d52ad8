import LodeDomain
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

    static let badRequest = RequestProfile("bad-request", "The request is malformed", 400)
    static let tokenMissing = RequestProfile("token-missing", "A token is needed", 401)
    static let tokenInvalid = RequestProfile("token-invalid", "The token is worth nothing", 401)
    static let originForeign = RequestProfile("origin-foreign", "A page of another site may not ask", 403)
    static let scopeMissing = RequestProfile("scope-missing", "The token does not permit it", 403)
    static let notFound = RequestProfile("not-found", "No such resource", 404)
    static let methodNotAllowed = RequestProfile("method-not-allowed", "The resource has no such method", 405)
    static let notAcceptable = RequestProfile("not-acceptable", "No form of the answer is wanted", 406)
    static let bodyTooLarge = RequestProfile("body-too-large", "The body is too large", 413)
    static let mediaTypeUnsupported = RequestProfile(
        "media-type-unsupported", "The body is of another type than expected", 415)
    static let hostUnknown = RequestProfile("host-unknown", "The request is for another server", 421)
    static let tooManyStreams = RequestProfile("too-many-streams", "Too many clients follow jobs", 503)
    static let bodiesTooMany = RequestProfile("too-many-bodies", "Too many bodies are held at once", 503)
    static let questionsTooMany = RequestProfile("too-many-questions", "Too many questions wait for an answer", 503)
    static let deadlinePassed = RequestProfile("deadline-passed", "The answer took too long", 503)

    /// Every code that an answer may have, the use cases' too.
    static let table: [RequestProfile] =
        ErrorProfile.table.map { RequestProfile($0) }
        + [
            .badRequest, .tokenMissing, .tokenInvalid, .originForeign, .scopeMissing, .notFound, .methodNotAllowed,
            .notAcceptable, .bodyTooLarge, .mediaTypeUnsupported, .hostUnknown, .tooManyStreams, .bodiesTooMany,
            .questionsTooMany, .deadlinePassed,
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
        case .gzipDamaged, .bodyBroken, .hostFieldInvalid: .badRequest
        case .queryInvalid: RequestProfile(.invalidRequest)
        case .tokenMissing: .tokenMissing
        case .tokenUnknown, .tokenOver: .tokenInvalid
        case .scopeMissing: .scopeMissing
        case .bodiesTooMany: .bodiesTooMany
        case .questionsTooMany: .questionsTooMany
        case .deadlinePassed: .deadlinePassed
        }
    }

    /// What happened, with which value, and what to do.
    var detail: String {
        switch self {
        case .pathUnknown: "No route has this path. The routes are in /openapi.json and docs/http.md."
        case .pathInvalid: "A part of the path is not what this route expects there."
        case .methodNotAllowed(let allowed): "Use \(allowed.joined(separator: " or ")) here."
        case .bodyTooLarge(let limit):
            "The body may have at most \(limit) bytes. Send it in parts, or use “lode ingest” on the daemon's machine. Nothing was written."
        case .mediaTypeUnsupported(let expected):
            "Send the body with the header “content-type: \(expected.joined(separator: "”, or “"))”."
        case .tooManyStreams(let limit):
            "\(limit) clients follow jobs already. Close one, or ask for the jobs now and then."
        case .notAcceptable(let offered):
            "The header “accept” must allow \(offered.joined(separator: ", ")), or leave it out."
        case .hostFieldInvalid:
            "A request has the header “host” once, with the name that the daemon is asked by (RFC 9112, section 3.2)."
        case .hostUnknown(let host):
            "“\(host)” is not a name of this server. Ask at 127.0.0.1 or localhost, or add the name to the setting http.hosts."
        case .originForeign(let origin):
            "The request comes from “\(origin)”. Add its host to the setting http.hosts if it is yours."
        case .gzipDamaged: "The body is not gzip, is damaged, or ends early. Pack it anew. Nothing was written."
        case .bodyBroken:
            "The body is not as the head of the request says: its chunks are broken, or its transfer coding is not known."
        case .encodingUnsupported(let encoding): "Content-encoding “\(encoding)” is not known; send gzip or none."
        case .queryInvalid(let parameter, let expected): "Query parameter “\(parameter)”: expected \(expected)."
        case .tokenMissing:
            "Send a token in the header “authorization: Bearer …”. “lode tokens create” makes one on the server's machine."
        case .tokenUnknown: "There is no such token. Make one with “lode tokens create”."
        case .tokenOver(let name):
            "Token “\(name)” has expired or was revoked. Make a new one with “lode tokens create”."
        case .scopeMissing(let scope, let token):
            "This needs the scope “\(scope.rawValue)”, which token “\(token)” does not have. Use one that has it."
        case .bodiesTooMany: "Bodies of other requests fill the memory for them. Try again in a moment."
        case .questionsTooMany: "As many questions wait as the daemon takes on. Try again in a moment."
        case .deadlinePassed(let seconds):
            "There was no answer within \(seconds) s. Ask for less at once, or try again when less is going on."
        }
    }

    /// What is at fault, where one part of the request is.
    var place: Problem.Place? {
        guard case .queryInvalid(let parameter, let expected) = self else { return nil }
        return Problem.Place(detail: "expected \(expected)", parameter: parameter)
    }

    /// How a client is told that it should show a token (RFC 6750).
    var challenge: String? {
        switch self {
        case .tokenMissing: #"Bearer realm="lode""#
        case .tokenUnknown, .tokenOver: #"Bearer realm="lode", error="invalid_token""#
        case .scopeMissing(let scope, _):
            #"Bearer realm="lode", error="insufficient_scope", scope="\#(scope.rawValue)""#
        default: nil
        }
    }
}
