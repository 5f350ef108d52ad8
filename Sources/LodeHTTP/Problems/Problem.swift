import LodeService

/// An error as RFC 9457 writes it.
struct Problem: Hashable, Encodable {
    /// A relative reference to the page about this kind of problem.
    var type: String
    /// What kind of problem it is, the same words each time.
    var title: String
    var status: Int
    /// What happened, with which value, and what to do.
    var detail: String
    /// The stable code, the last part of `type`.
    var code: String
    /// To be quoted when asking for help; the daemon's log has it.
    var requestID: String
    /// A JSON pointer to the field at fault.
    var pointer: String?
    /// The line of a body at fault, from 1.
    var line: Int?
    /// The field of a delimited line, else the byte, from 1.
    var column: Int?

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, requestID = "requestId", pointer, line, column
    }

    init(code: String, title: String, status: Int, detail: String, requestID: String) {
        type = "/problems/\(code)"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.requestID = requestID
    }

    init(_ error: ServiceError, requestID: String) {
        let profile = error.profile
        // What only the maintainers can mend is told to the log, not to the caller.
        let isInternal = profile.httpStatus == 500
        self.init(
            code: profile.code, title: profile.title, status: profile.httpStatus,
            detail: isInternal ? Self.internalDetail(requestID) : error.message, requestID: requestID)
        switch error {
        case .invalidRequest(let pointer, _, _): self.pointer = pointer
        case .invalidInput(let fault): (line, column) = (fault.line, fault.place?.number)
        default: break
        }
    }

    init(_ fault: RequestFault, requestID: String) {
        let (code, title, status, detail): (String, String, Int, String) =
            switch fault {
            case .pathUnknown:
                ("not-found", "No such resource", 404, "No route has this path. The routes are in docs/http.md.")
            case .pathInvalid:
                ("not-found", "No such resource", 404, "A part of the path is not what this route expects there.")
            case .methodNotAllowed(let allowed):
                (
                    "method-not-allowed", "The resource has no such method", 405,
                    "Use \(allowed.joined(separator: " or ")) here."
                )
            case .bodyTooLarge(let limit):
                (
                    "body-too-large", "The body is too large", 413,
                    "The body may have at most \(limit) bytes. Send it in parts, or use “lode ingest”. "
                        + "Nothing was written."
                )
            case .mediaTypeUnsupported(let expected):
                (
                    "media-type-unsupported", "The body is of another type than expected", 415,
                    "Send the body with the header “content-type: \(expected)”."
                )
            case .tooManyStreams(let limit):
                (
                    "too-many-streams", "Too many clients follow jobs", 503,
                    "\(limit) clients follow jobs already. Close one, or ask for the jobs now and then."
                )
            case .gzipDamaged:
                (
                    "bad-request", "Bad Request", 400,
                    "The body is not gzip, is damaged, or ends early. Pack it anew. Nothing was written."
                )
            case .encodingUnsupported(let encoding):
                (
                    "media-type-unsupported", "The body is of another type than expected", 415,
                    "Content-encoding “\(encoding)” is not known; send gzip or none."
                )
            case .queryInvalid(let parameter, let expected):
                (
                    "invalid-request", "The request is not valid", 422,
                    "Query parameter “\(parameter)”: expected \(expected)."
                )
            }
        self.init(code: code, title: title, status: status, detail: detail, requestID: requestID)
    }

    static func unexpected(requestID: String) -> Problem {
        Problem(
            code: "internal-error", title: "Something went wrong inside Lode", status: 500,
            detail: internalDetail(requestID), requestID: requestID)
    }

    private static func internalDetail(_ requestID: String) -> String {
        "Something went wrong inside Lode. The daemon's log says more under request \(requestID)."
    }
}
