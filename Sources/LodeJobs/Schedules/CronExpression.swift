/// Five fields, minute, hour, day of month, month and day of week, that select local times to the minute.
///
/// A field is `*`, a number or name, a range `a-b`, any of these with a step `/n` (`a/n` runs to the field's end), or several
/// separated by commas. Where day of month and day of week are both restricted (neither begins with `*`), a day that fits
/// either is selected, as in cron since its seventh edition. Names do not mind case. `@yearly`, `@annually`, `@monthly`, `@weekly`,
/// `@daily`, `@midnight` and `@hourly` stand for what they say.
///
/// Source: POSIX.1-2017, crontab; P. Vixie, cron 3.0, crontab(5).
public struct CronExpression: Hashable, Sendable {
    /// The expression as it was written.
    public let text: String
    let minutes: [Int]
    let hours: [Int]
    let daysOfMonth: Set<Int>
    let months: Set<Int>
    /// 0 is Sunday.
    let daysOfWeek: Set<Int>
    let eitherDayFits: Bool
    /// Whether the hour field begins with `*`: the times are then counted in elapsed time where clocks are changed.
    let runsAcrossHours: Bool

    private static let shorthands = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Reads an expression.
    public init(_ text: String) throws(CronFault) {
        self.text = text
        var words = Self.words(of: text)
        if let first = words.first, first.text.hasPrefix("@") {
            guard words.count == 1, let meaning = Self.shorthands[first.text.lowercased()] else {
                throw CronFault(
                    field: nil, column: first.column, found: text.dropFirst(first.column - 1).description,
                    expected: "one of \(Self.shorthands.keys.sorted().joined(separator: ", ")) alone, or five fields")
            }
            words = Self.words(of: meaning)
        }
        let names = CronField.allCases.map(\.rawValue).joined(separator: ", ")
        if words.count > 5 {
            throw CronFault(
                field: nil, column: words[5].column, found: words[5].text,
                expected: "the end after five fields (\(names)); seconds and years are not known here")
        }
        guard words.count == 5 else {
            throw CronFault(
                field: CronField.allCases[words.count], column: text.count + 1, found: "",
                expected: "five fields separated by spaces: \(names)")
        }
        minutes = try Self.values(words[0], .minute).sorted()
        hours = try Self.values(words[1], .hour).sorted()
        daysOfMonth = try Self.values(words[2], .dayOfMonth)
        months = try Self.values(words[3], .month)
        daysOfWeek = Set(try Self.values(words[4], .dayOfWeek).map { $0 % 7 })
        eitherDayFits = !words[2].text.hasPrefix("*") && !words[4].text.hasPrefix("*")
        runsAcrossHours = words[1].text.hasPrefix("*")
    }

    /// Whether a day is selected; `dayOfWeek` counts from Sunday, 0.
    func selects(month: Int, day: Int, dayOfWeek: Int) -> Bool {
        guard months.contains(month) else { return false }
        let (fitsMonth, fitsWeek) = (daysOfMonth.contains(day), daysOfWeek.contains(dayOfWeek))
        return eitherDayFits ? fitsMonth || fitsWeek : fitsMonth && fitsWeek
    }

    // MARK: - Reading

    /// A run of characters and where it begins, from 1.
    private struct Word {
        var text: String
        var column: Int

        /// The parts between separators, each with its place.
        func split(_ separator: Character) -> [Word] {
            var parts = [Word(text: "", column: column)]
            for (index, character) in text.enumerated() {
                if character == separator {
                    parts.append(Word(text: "", column: column + index + 1))
                } else {
                    parts[parts.count - 1].text.append(character)
                }
            }
            return parts
        }
    }

    private static func words(of text: String) -> [Word] {
        let spaced = String(text.map { $0.isWhitespace ? " " : $0 })
        return Word(text: spaced, column: 1).split(" ").filter { !$0.text.isEmpty }
    }

    private static func values(_ word: Word, _ field: CronField) throws(CronFault) -> Set<Int> {
        var values: Set<Int> = []
        for part in word.split(",") { values.formUnion(try span(part, field)) }
        return values
    }

    /// `*`, `a`, `a-b`, with or without `/n`.
    private static func span(_ word: Word, _ field: CronField) throws(CronFault) -> [Int] {
        let halves = word.split("/")
        let bounds = halves[0].split("-")
        guard halves.count <= 2, bounds.count <= 2 else {
            throw CronFault(
                field: field, column: word.column, found: word.text,
                expected: "at most one “-” and one “/”, such as 0-30/5")
        }
        var first = field.range.lowerBound
        var last = field == .dayOfWeek ? 6 : field.range.upperBound
        if halves[0].text != "*" {
            first = try value(bounds[0], field)
            if bounds.count == 2 {
                last = try value(bounds[1], field)
            } else if halves.count == 1 {
                last = first
            }
        }
        guard first <= last else {
            throw CronFault(
                field: field, column: word.column, found: word.text,
                expected: "a range that ascends; list two ranges with a comma to go round the end")
        }
        guard halves.count == 2 else { return Array(first...last) }
        guard let step = Int(halves[1].text), step >= 1, step <= field.range.upperBound else {
            throw CronFault(
                field: field, column: halves[1].column, found: halves[1].text,
                expected: "a step from 1 to \(field.range.upperBound)")
        }
        return Array(stride(from: first, through: last, by: step))
    }

    private static func value(_ word: Word, _ field: CronField) throws(CronFault) -> Int {
        if let index = field.names.firstIndex(of: word.text.uppercased()) { return field.range.lowerBound + index }
        guard !word.text.isEmpty, word.text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(word.text),
            field.range.contains(number)
        else { throw CronFault(field: field, column: word.column, found: word.text, expected: field.expectation) }
        return number
    }
}
