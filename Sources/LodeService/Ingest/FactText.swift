public import LodeDomain

/// How a text of facts is to be taken in.
public struct FactRequest: Hashable, Sendable {
    /// The dataset's name.
    public var dataset: String
    /// Which facts they are.
    public var kind: FactKind
    /// Whether faulty rows are left out and told, instead of refusing the text for them.
    public var keepsGoodRows: Bool
    /// Whether nothing is written: the answer says what would have happened.
    public var isRehearsal: Bool
    /// What the client calls this request, so that it has its effect once however often it is sent; at most 255 bytes.
    public var idempotencyKey: String?

    /// A request.
    public init(
        dataset: String, kind: FactKind, keepsGoodRows: Bool = false, isRehearsal: Bool = false,
        idempotencyKey: String? = nil
    ) {
        self.dataset = dataset
        self.kind = kind
        self.keepsGoodRows = keepsGoodRows
        self.isRehearsal = isRehearsal
        self.idempotencyKey = idempotencyKey
    }

    /// What the request asks for apart from its text and key, the same in every process.
    var target: String { "\(dataset) \(kind.rawValue) \(keepsGoodRows) \(isRehearsal)" }
}

/// What became of facts.
public struct FactAnswer: Hashable, Sendable, Codable {
    /// The dataset's name.
    public var dataset: String
    /// Which facts.
    public var kind: FactKind
    /// How many were sent; the sum of the four below.
    public var rows: Int
    /// Those that were new.
    public var inserted: Int
    /// Those that replaced another value.
    public var updated: Int
    /// Those that were there already.
    public var unchanged: Int
    /// Those that were refused.
    public var rejected: Int
    /// The first 100 refusals.
    public var rejections: [IngestAnswer.Rejection]
    /// Whether this is what would have happened: nothing was written.
    public var dryRun: Bool
    /// The dataset's change counter after the write.
    public var revision: Int64
}

/// Reads facts of series from delimited text with the columns `series,name,value`.
package struct FactText {
    /// Whether faulty rows are counted and left out, instead of refusing the whole text.
    let keepsGoodRows: Bool
    /// The facts, in their order.
    package private(set) var facts: [SeriesFact] = []
    /// How many rows were refused.
    package private(set) var rejectedCount = 0
    /// The first faults.
    private(set) var faults: [IngestFault] = []

    package init(keepsGoodRows: Bool) {
        self.keepsGoodRows = keepsGoodRows
    }

    private struct Columns {
        var series: Int
        var name: Int
        var value: Int
        var count: Int
    }

    /// Reads a whole text.
    package mutating func read(_ bytes: Span<UInt8>) throws(IngestFault) {
        try ByteText.refuseBinary(bytes)
        var record = DelimitedRecord(
            delimiter: DelimitedLayout().guessedDelimiter(of: bytes), comment: UInt8(ascii: "#"))
        record.skipByteOrderMark(in: bytes)
        let columns = try Self.columns(&record, bytes)
        var table = NameTable()
        while true {
            do throws(IngestFault) {
                guard try record.advance(in: bytes) else { return }
                facts.append(try Self.fact(record, columns, bytes, &table))
            } catch {
                guard keepsGoodRows else { throw error }
                rejectedCount += 1
                if faults.count < ObservationSink.faultLimit { faults.append(error) }
                if case .quoteMisplaced = error.problem { record.skipLine(in: bytes) }
            }
        }
    }

    private static func columns(
        _ record: inout DelimitedRecord, _ bytes: Span<UInt8>
    ) throws(IngestFault) -> Columns {
        let found = try DelimitedColumns.read(["series", "name", "value"], &record, bytes)
        return Columns(series: found[0], name: found[1], value: found[2], count: found.count)
    }

    private static func fact(
        _ record: DelimitedRecord, _ columns: Columns, _ bytes: Span<UInt8>, _ table: inout NameTable
    ) throws(IngestFault) -> SeriesFact {
        guard record.fieldCount == columns.count else {
            throw IngestFault(
                line: record.line, field: nil,
                problem: .fieldCount(expected: columns.count, found: record.fieldCount))
        }
        return SeriesFact(
            series: try text(record, columns.series, "series", bytes, &table),
            name: try text(record, columns.name, "name", bytes, &table),
            value: try number(record, columns.value, bytes))
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
        case .number(let number):
            guard abs(number) >= 0x1p53, DecimalNumber.isInexactInteger(bytes, from: field.start, to: field.end) else {
                return number
            }
            problem = .integerInexact
        case .notFinite: problem = .notFinite
        case .malformed: problem = field.start == field.end ? .empty : .notANumber
        }
        throw IngestFault(line: record.line, field: index + 1, name: "value", value: shown, problem: problem)
    }
}
