/// Which field of a line is which.
struct ObservationHeader {
    var series = 0
    var time = 0
    var channel = 0
    var value = 0
    var fieldCount = 0

    /// The columns, in the order people expect them.
    static let columns = ["series", "time", "channel", "value"]

    /// Reads the header from the first record.
    init(_ record: CSVRecord, in bytes: Span<UInt8>) throws(CSVFault) {
        var found: [String: Int] = [:]
        for index in 0..<min(record.fieldCount, record.fields.count) {
            let field = record.fields[index]
            let name = ByteText.string(bytes, from: field.start, to: field.end).lowercased()
            if record.fieldCount == 1, let separator = Self.otherSeparator(in: name) {
                throw CSVFault(line: record.line, problem: .separator(separator))
            }
            let shown = ByteText.excerpt(bytes, from: field.start, to: field.end)
            guard Self.columns.contains(name) else {
                // Without any known name the first line is not a header with a fault in it, but data.
                let isHeader = !found.isEmpty || index + 1 < record.fieldCount && Self.hasKnownName(record, bytes)
                throw isHeader
                    ? CSVFault(line: record.line, field: index + 1, value: shown, problem: .columnUnknown)
                    : CSVFault(line: record.line, problem: .headerMissing)
            }
            guard found.updateValue(index, forKey: name) == nil else {
                throw CSVFault(line: record.line, field: index + 1, value: shown, problem: .columnRepeated)
            }
        }
        guard let series = found["series"], let time = found["time"], let channel = found["channel"],
            let value = found["value"]
        else {
            let missing = Self.columns.filter { found[$0] == nil }
            throw CSVFault(line: record.line, problem: .columnsMissing(missing))
        }
        self.series = series
        self.time = time
        self.channel = channel
        self.value = value
        fieldCount = record.fieldCount
    }

    private static func hasKnownName(_ record: CSVRecord, _ bytes: Span<UInt8>) -> Bool {
        for field in record.fields.prefix(record.fieldCount) {
            if columns.contains(ByteText.string(bytes, from: field.start, to: field.end).lowercased()) { return true }
        }
        return false
    }

    private static func otherSeparator(in text: String) -> String? {
        let names = [";": "semicolons", "\t": "tabs", "|": "bars"]
        return names.first { text.contains($0.key) && text.contains("series") }?.value
    }
}
