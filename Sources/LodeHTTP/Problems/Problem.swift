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
        let profile = fault.profile
        self.init(
            code: profile.code, title: profile.title, status: profile.status, detail: fault.detail,
            requestID: requestID)
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
