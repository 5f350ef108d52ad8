/// One of the five fields of a cron expression.
public enum CronField: String, Hashable, Sendable, CaseIterable {
    /// 0 to 59
    case minute
    /// 0 to 23
    case hour
    /// 1 to 31
    case dayOfMonth = "day of month"
    /// 1 to 12, or JAN to DEC
    case month
    /// 0 to 7, both ends Sunday, or SUN to SAT
    case dayOfWeek = "day of week"

    /// The numbers it takes.
    public var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names it takes, in order from the least number.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// What it takes, in words.
    var expectation: String {
        let numbers = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers), or a name from \(first) to \(last)"
    }
}

/// Why a text is no cron expression.
public struct CronFault: Error, Hashable, Sendable {
    /// The field at fault; nil where the whole is.
    public var field: CronField?
    /// Where it is, in characters from 1.
    public var column: Int
    /// What stands there; may be empty.
    public var found: String
    /// What should.
    public var expected: String

    /// A fault.
    public init(field: CronField?, column: Int, found: String, expected: String) {
        self.field = field
        self.column = column
        self.found = found
        self.expected = expected
    }

    /// Field, place, what was found and what was expected, to follow a colon.
    public var message: String {
        let place = field.map { "\($0.rawValue), at character \(column)" } ?? "at character \(column)"
        return "\(place): found \(found.isEmpty ? "nothing" : "“\(found)”"), expected \(expected)"
    }
}
