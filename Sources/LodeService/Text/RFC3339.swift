/// Reads and writes date-times as RFC 3339 has them, in microseconds since 1970-01-01T00:00:00Z.
public enum RFC3339 {
    /// Why a text is no date-time that Lode keeps.
    public enum Fault: Error, Hashable, Sendable {
        /// It is not `YYYY-MM-DD`, alone or with `THH:MM:SS`.
        case shape
        /// There is no such day or hour.
        case calendar
        /// The offset from UTC is missing.
        case offsetMissing
        /// A fraction of a second is finer than a microsecond.
        case tooFine
        /// It is outside ``exactTimes``.
        case outOfRange

        /// The reason in words, to follow a colon.
        public var reason: String {
            switch self {
            case .shape: "it has not the form YYYY-MM-DDTHH:MM:SSZ"
            case .calendar: "there is no such day or time of day"
            case .offsetMissing: "it has no offset from UTC, such as Z or +02:00"
            case .tooFine: "it is finer than a microsecond"
            case .outOfRange: "it is not between 1684-07-28 and 2255-06-05"
            }
        }
    }

    /// The times that 64-bit floating point holds to the microsecond: 2⁵³ of them before and after 1970.
    package static let exactTimes: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// Microseconds since 1970 of a date-time; a date alone is its midnight in UTC.
    public static func microseconds(_ text: String) throws(Fault) -> Int64 {
        let bytes = Array(text.utf8)
        return try microseconds(bytes.span, from: 0, to: bytes.count)
    }

    /// As above, on a run of bytes.
    package static func microseconds(_ bytes: Span<UInt8>, from start: Int, to end: Int) throws(Fault) -> Int64 {
        guard end - start >= 10, let year = number(bytes, start, 4), bytes[start + 4] == UInt8(ascii: "-"),
            let month = number(bytes, start + 5, 2), bytes[start + 7] == UInt8(ascii: "-"),
            let day = number(bytes, start + 8, 2)
        else { throw .shape }
        guard (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year) else { throw .calendar }
        let midnight = daysSince1970(year: year, month: month, day: day) * 86_400_000_000
        if end - start == 10 { return try exact(midnight) }

        guard end - start >= 19, bytes[start + 10] | 0x20 == UInt8(ascii: "t") || bytes[start + 10] == 0x20,
            let hour = number(bytes, start + 11, 2), bytes[start + 13] == UInt8(ascii: ":"),
            let minute = number(bytes, start + 14, 2), bytes[start + 16] == UInt8(ascii: ":"),
            let second = number(bytes, start + 17, 2)
        else { throw .shape }
        guard hour < 24, minute < 60, second < 60 else { throw .calendar }
        var position = start + 19
        let fraction = try fractionalMicroseconds(bytes, at: &position, to: end)
        let offset = try offsetMinutes(bytes, from: position, to: end)
        let seconds = Int64(hour * 3600 + minute * 60 + second - offset * 60)
        return try exact(midnight + seconds * 1_000_000 + fraction)
    }

    /// The date-time in UTC, with as many digits after the second as it needs: none, three or six.
    public static func string(microseconds: Int64) -> String {
        var days = microseconds / 86_400_000_000
        var rest = microseconds % 86_400_000_000
        if rest < 0 {
            rest += 86_400_000_000
            days -= 1
        }
        let (year, month, day) = civil(daysSince1970: days)
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        var text = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
        text += "T" + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        if fraction != 0 {
            text += "." + (fraction % 1000 == 0 ? padded(fraction / 1000, 3) : padded(fraction, 6))
        }
        return text + "Z"
    }

    // MARK: - Parts

    private static func exact(_ microseconds: Int64) throws(Fault) -> Int64 {
        guard exactTimes.contains(microseconds) else { throw .outOfRange }
        return microseconds
    }

    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        var result = 0
        for index in start..<start + count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            result = result * 10 + Int(digit)
        }
        return result
    }

    private static func fractionalMicroseconds(
        _ bytes: Span<UInt8>, at position: inout Int, to end: Int
    ) throws(Fault) -> Int64 {
        guard position < end, bytes[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        var fraction: Int64 = 0
        var unit: Int64 = 100_000
        let first = position
        while position < end, bytes[position] &- UInt8(ascii: "0") < 10 {
            let digit = Int64(bytes[position] &- UInt8(ascii: "0"))
            if unit == 0, digit != 0 { throw .tooFine }
            fraction += digit * unit
            unit /= 10
            position += 1
        }
        guard position > first else { throw .shape }
        return fraction
    }

    private static func offsetMinutes(_ bytes: Span<UInt8>, from start: Int, to end: Int) throws(Fault) -> Int {
        guard start < end else { throw .offsetMissing }
        if end - start == 1, bytes[start] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard end - start == 6, bytes[start] == UInt8(ascii: "+") || bytes[start] == UInt8(ascii: "-"),
            let hours = number(bytes, start + 1, 2), bytes[start + 3] == UInt8(ascii: ":"),
            let minutes = number(bytes, start + 4, 2)
        else { throw .shape }
        guard hours < 24, minutes < 60 else { throw .calendar }
        return (hours * 60 + minutes) * (bytes[start] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of a day in the Gregorian calendar.
    ///
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. A year starts in March
    /// here, so that the leap day is its last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// The inverse of ``daysSince1970(year:month:day:)``, from the same source.
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
