public import LodeDomain

/// A time as it is written on the wire: a number, or an RFC 3339 date-time, as the dataset's axis has it.
public enum TimeValue: Hashable, Sendable {
    /// A number on a numeric axis.
    case number(Double)
    /// A date-time.
    case text(String)

    /// A time of an axis, ready to be written.
    public init(_ time: Double, on axis: TimeAxis) {
        switch axis {
        case .numeric: self = .number(time)
        case .dateTime:
            // What a model expects later than can be told is told as the last time that can.
            let told = min(
                max(time.rounded(), Double(RFC3339.exactTimes.lowerBound)), Double(RFC3339.exactTimes.upperBound))
            self = .text(RFC3339.string(microseconds: Int64(told)))
        }
    }

    /// A time as a person types it: what reads as a number is one.
    public init(_ text: String) {
        let bytes = Array(text.utf8)
        if case .number(let number) = DecimalNumber.parse(bytes.span, from: 0, to: bytes.count) {
            self = .number(number)
        } else {
            self = .text(text)
        }
    }

    /// The time on `axis`; `pointer` says in an error which field it was.
    public func time(on axis: TimeAxis, pointer: String) throws(ServiceError) -> Double {
        switch (axis, self) {
        case (.numeric, .number(let number)):
            guard number.isFinite else {
                throw .invalidRequest(pointer: pointer, value: "\(number)", expected: "a finite number")
            }
            return number + 0
        case (.numeric(let unit), .text(let text)):
            throw .invalidRequest(
                pointer: pointer, value: "“\(text)”",
                expected: "a number\(unit.map { " (\($0))" } ?? ""), as this dataset counts time")
        case (.dateTime, .text(let text)):
            do {
                return Double(try RFC3339.microseconds(text))
            } catch {
                throw .invalidRequest(
                    pointer: pointer, value: "“\(text)”",
                    expected: "a date-time like 2024-05-01T12:00:00Z, but \(error.reason)")
            }
        case (.dateTime, .number(let number)):
            throw .invalidRequest(
                pointer: pointer, value: "\(number)",
                expected: "a date-time like 2024-05-01T12:00:00Z, as this dataset counts time")
        }
    }
}

extension TimeValue: Codable {
    /// Reads a number or a string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .number(try container.decode(Double.self))
        } catch DecodingError.typeMismatch {
            self = .text(try container.decode(String.self))
        }
    }

    /// Writes a number or a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}

extension TimeValue: CustomStringConvertible {
    /// The time as it is written.
    public var description: String {
        switch self {
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .text(let text): text
        }
    }
}
