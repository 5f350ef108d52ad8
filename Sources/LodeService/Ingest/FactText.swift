import LodeDomain

/// Which facts of series.
public enum FactKind: String, Hashable, Sendable, Codable {
    /// Static covariates: what does not change with time.
    case statics
    /// Labels: outcomes that a model may be asked for.
    case labels
}

/// What became of facts.
public struct FactAnswer: Hashable, Sendable, Codable {
    /// The dataset's name.
    public var dataset: String
    /// Which facts.
    public var kind: FactKind
    /// How many were sent; the sum of the three below.
    public var rows: Int
    /// Those that were new.
    public var inserted: Int
    /// Those that replaced another value.
    public var updated: Int
    /// Those that were there already.
    public var unchanged: Int
    /// The dataset's change counter after the write.
    public var revision: Int64
}

/// Reads facts of series from delimited text with the columns `series,name,value`.
enum FactText {
    /// The facts, in their order.
    static func facts(of bytes: Span<UInt8>) throws(IngestFault) -> [SeriesFact] {
        var record = DelimitedRecord(
            delimiter: DelimitedLayout().guessedDelimiter(of: bytes), comment: UInt8(ascii: "#"))
        record.skipByteOrderMark(in: bytes)
        guard try record.advance(in: bytes) else { throw IngestFault(line: 1, problem: .headerMissing) }
        let names = (0..<record.fieldCount).map { record.text($0, in: bytes).lowercased() }
        let columns = ["series", "name", "value"]
        for (index, name) in names.enumerated() where !columns.contains(name) {
            throw IngestFault(line: record.line, field: index + 1, value: name, problem: .columnUnknown)
        }
        guard let series = names.firstIndex(of: "series"), let name = names.firstIndex(of: "name"),
            let value = names.firstIndex(of: "value")
        else {
            throw IngestFault(
                line: record.line, problem: .columnsMissing(columns.filter { !names.contains($0) }))
        }
        var facts: [SeriesFact] = []
        var table = NameTable()
        while try record.advance(in: bytes) {
            guard record.fieldCount == names.count else {
                throw IngestFault(
                    line: record.line, field: nil,
                    problem: .fieldCount(expected: names.count, found: record.fieldCount))
            }
            facts.append(
                SeriesFact(
                    series: try text(record, series, "series", bytes, &table),
                    name: try text(record, name, "name", bytes, &table),
                    value: try number(record, value, bytes)))
        }
        return facts
    }

    private static func text(
        _ record: DelimitedRecord, _ index: Int, _ column: String, _ bytes: Span<UInt8>, _ table: inout NameTable
    ) throws(IngestFault) -> String {
        let text = record.bytes(index, in: bytes)
        guard !text.isEmpty else {
            throw IngestFault(line: record.line, field: index + 1, name: column, problem: .empty)
        }
        guard let number = table.number(of: text.span, from: 0, to: text.count) else {
            throw IngestFault(
                line: record.line, field: index + 1, name: column, value: record.text(index, in: bytes),
                problem: .invalidName)
        }
        return table.names[number]
    }

    private static func number(
        _ record: DelimitedRecord, _ index: Int, _ bytes: Span<UInt8>
    ) throws(IngestFault) -> Double {
        let field = record.fields[index]
        let shown = record.text(index, in: bytes)
        let problem: IngestFault.Problem
        switch DecimalNumber.parse(bytes, from: field.start, to: field.end) {
        case .number(let number): return number
        case .notFinite: problem = .notFinite
        case .malformed: problem = field.start == field.end ? .empty : .notANumber
        }
        throw IngestFault(line: record.line, field: index + 1, name: "value", value: shown, problem: problem)
    }
}
