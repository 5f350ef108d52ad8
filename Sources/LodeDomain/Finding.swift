/// One thing that an examination of a database found, good or bad.
public struct Finding: Hashable, Sendable, Codable {
    /// How bad it is.
    public enum Severity: String, Hashable, Sendable, Codable, Comparable {
        /// As it should be.
        case ok
        /// Worth knowing; something may go wrong later.
        case warning
        /// Something is wrong.
        case error

        /// The less bad one is the smaller.
        public static func < (lhs: Severity, rhs: Severity) -> Bool {
            lhs.rank < rhs.rank
        }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What was looked at, stable kebab-case.
    public var code: String
    /// How bad it is.
    public var severity: Severity
    /// What was found, for people.
    public var message: String
    /// What to do about it; nil where there is nothing to do.
    public var advice: String?

    /// A finding.
    public init(_ code: String, _ severity: Severity, _ message: String, advice: String? = nil) {
        self.code = code
        self.severity = severity
        self.message = message
        self.advice = advice
    }
}
