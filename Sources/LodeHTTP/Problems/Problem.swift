import LodeDomain
import LodeService

/// An error as RFC 9457 writes it.
struct Problem: Hashable, Encodable {
    /// A place in the request that is at fault.
    struct Place: Hashable, Encodable {
        /// What is wrong there.
        var detail: String
        /// A JSON pointer (RFC 6901) into the body; empty for the whole of it.
        var pointer: String?
        /// The name of a query parameter or of a part of the path.
        var parameter: String?
        /// The line of a text, from 1.
        var line: Int?
        /// The field of a delimited line, else the byte, from 1.
        var column: Int?
    }

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
    /// What is at fault, where that can be told; the first is what `detail` speaks of.
    var errors: [Place] = []

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, requestID = "requestId", errors
    }

    init(code: String, title: String, status: Int, detail: String, requestID: String) {
        type = "/problems/\(code)"
        self.title = title
        self.status = status
        self.detail = detail
        self.code = code
        self.requestID = requestID
    }

    init(_ profile: RequestProfile, detail: String, requestID: String) {
        self.init(
            code: profile.code, title: profile.title, status: profile.status, detail: detail, requestID: requestID)
    }

    init(_ error: ServiceError, others: [SchemaFault] = [], requestID: String) {
        let profile = error.profile
        // What only the maintainers can mend is told to the log, not to the caller.
        let isInternal =
            profile.disposition == .defect || profile.disposition == .operatorNeeded && Self.tellsPaths(error)
        self.init(
            code: profile.code, title: profile.title, status: profile.httpStatus,
            detail: isInternal ? Self.internalDetail(requestID) : error.message, requestID: requestID)
        switch error {
        case .invalidRequest(let pointer, let value, let expected):
            let detail = "\(value.map { "\($0); " } ?? "")expected \(expected)"
            errors = [
                pointer.hasPrefix("/")
                    ? Place(detail: detail, pointer: pointer == "/" ? "" : pointer)
                    : Place(detail: detail, parameter: pointer)
            ]
        case .invalidInput(let fault):
            errors = [Place(detail: fault.reason, line: fault.line, column: fault.place?.number)]
        default: break
        }
        errors += others.map { Place(detail: "expected \($0.expected)", pointer: $0.pointer) }
    }

    init(_ fault: RequestFault, requestID: String) {
        self.init(fault.profile, detail: fault.detail, requestID: requestID)
        errors = fault.place.map { [$0] } ?? []
    }

    static func unexpected(requestID: String) -> Problem {
        Problem(
            code: "internal-error", title: "Something went wrong inside Lode", status: 500,
            detail: internalDetail(requestID), requestID: requestID)
    }

    /// Whether the message speaks of files of the machine, which are nobody's business who only asks.
    private static func tellsPaths(_ error: ServiceError) -> Bool {
        switch error {
        case .store(.databaseMissing), .store(.notADatabase), .store(.databaseTooNew), .store(.readOnly),
            .store(.cannotOpen),
            .store(.corrupt), .store(.engine):
            true
        default: false
        }
    }

    private static func internalDetail(_ requestID: String) -> String {
        "Something went wrong inside Lode. The daemon's log says more under request \(requestID)."
    }
}
