public import LodeDomain

/// Reads observations from CSV text in the long form: `series,time,channel,value`.
///
/// The header is required; its columns may stand in any order. Times are numbers, or RFC 3339 date-times for a
/// dataset whose axis is ``TimeAxis/dateTime``. Either all of the text is taken or none of it.
public struct ObservationCSV: Sendable {
    /// The rows, in the order of the text.
    public private(set) var rows: [ObservationRow] = []
    /// How times were read.
    public let timeAxis: TimeAxis
    /// How many series the text names.
    public var seriesCount: Int { seriesNames.names.count }

    private var seriesNames = NameTable()
    private var channelNames = NameTable()
    /// Of each row, what ``checkForConflicts()`` needs: numbers of series and channel, and the line.
    private var keys: [RowKey] = []

    private struct RowKey {
        var series: UInt32
        var channel: UInt32
        var line: UInt32
    }

    /// Reads `text`; with no `timeAxis`, the first time decides whether times are numbers or date-times.
    ///
    /// Takes one pass and a hash of each row's key; about 60 bytes of memory a row besides names.
    public init(parsing text: Span<UInt8>, timeAxis: TimeAxis?) throws(CSVFault) {
        var record = CSVRecord(capacity: 16)
        record.skipByteOrderMark(in: text)
        guard try record.advance(in: text) else { throw CSVFault(line: 1, problem: .headerMissing) }
        let header = try ObservationHeader(record, in: text)
        guard try record.advance(in: text) else { throw CSVFault(line: record.line + 1, problem: .noRows) }
        self.timeAxis = timeAxis ?? Self.detectAxis(record.fields[header.time], in: text)
        // A row takes at least 8 bytes of text; most take 20 to 40.
        rows.reserveCapacity(text.count / 24)
        keys.reserveCapacity(text.count / 24)
        repeat {
            try append(record, header, in: text)
        } while try record.advance(in: text)
        try checkForConflicts(header)
    }

    private static func detectAxis(_ field: CSVRecord.Field, in text: Span<UInt8>) -> TimeAxis {
        guard field.end - field.start >= 10, text[field.start + 4] == UInt8(ascii: "-") else {
            return .numeric(unit: nil)
        }
        if case .malformed = DecimalNumber.parse(text, from: field.start, to: field.end) { return .dateTime }
        return .numeric(unit: nil)
    }

    private mutating func append(
        _ record: CSVRecord, _ header: ObservationHeader, in text: Span<UInt8>
    ) throws(CSVFault) {
        guard record.fieldCount == header.fieldCount else {
            throw CSVFault(
                line: record.line, problem: .fieldCount(expected: header.fieldCount, found: record.fieldCount))
        }
        let time = try time(record, header.time, in: text)
        let value = try number(record, header.value, "value", in: text)
        let series = try Self.name(record, header.series, "series", in: text, table: &seriesNames)
        let channel = try Self.name(record, header.channel, "channel", in: text, table: &channelNames)
        rows.append(
            ObservationRow(
                series: seriesNames.names[series], time: time, channel: channelNames.names[channel], value: value))
        keys.append(
            RowKey(
                series: UInt32(series), channel: UInt32(channel), line: UInt32(clamping: record.line)))
    }

    // MARK: - Fields

    private func time(_ record: CSVRecord, _ index: Int, in text: Span<UInt8>) throws(CSVFault) -> Double {
        guard timeAxis == .dateTime else {
            // Adding zero turns -0 into 0: they are one time.
            return try number(record, index, "time", in: text) + 0
        }
        let field = record.fields[index]
        if field.start == field.end { throw Self.fault(record, index, "time", in: text, .empty) }
        do {
            return Double(try RFC3339.microseconds(text, from: field.start, to: field.end))
        } catch {
            throw Self.fault(record, index, "time", in: text, .notADateTime(error.reason))
        }
    }

    private func number(
        _ record: CSVRecord, _ index: Int, _ column: String, in text: Span<UInt8>
    ) throws(CSVFault) -> Double {
        let field = record.fields[index]
        switch DecimalNumber.parse(text, from: field.start, to: field.end) {
        case .number(let number): return number
        case .notFinite: throw Self.fault(record, index, column, in: text, .notFinite)
        case .malformed:
            throw Self.fault(record, index, column, in: text, field.start == field.end ? .empty : .notANumber)
        }
    }

    private static func name(
        _ record: CSVRecord, _ index: Int, _ column: String, in text: Span<UInt8>, table: inout NameTable
    ) throws(CSVFault) -> Int {
        let field = record.fields[index]
        if field.start == field.end { throw fault(record, index, column, in: text, .empty) }
        let number: Int?
        if field.hasDoubledQuotes {
            let unquoted = unquote(field, in: text)
            number = table.number(of: unquoted.span, from: 0, to: unquoted.count)
        } else {
            number = table.number(of: text, from: field.start, to: field.end)
        }
        guard let number else { throw fault(record, index, column, in: text, .invalidName) }
        return number
    }

    private static func unquote(_ field: CSVRecord.Field, in text: Span<UInt8>) -> [UInt8] {
        var unquoted: [UInt8] = []
        var position = field.start
        while position < field.end {
            unquoted.append(text[position])
            position += text[position] == UInt8(ascii: "\"") ? 2 : 1
        }
        return unquoted
    }

    private static func fault(
        _ record: CSVRecord, _ index: Int, _ column: String, in text: Span<UInt8>, _ problem: CSVFault.Problem
    ) -> CSVFault {
        let field = record.fields[index]
        return CSVFault(
            line: record.line, field: index + 1, column: column,
            value: ByteText.excerpt(text, from: field.start, to: field.end), problem: problem)
    }

    // MARK: - Conflicts

    /// Refuses two lines that give different values for one series, time and channel.
    private func checkForConflicts(_ header: ObservationHeader) throws(CSVFault) {
        var capacity = 16
        while capacity < rows.count * 2 { capacity *= 2 }
        /// Open addressing: 1 + the row's index, or 0.
        var slots: [UInt32] = Array(repeating: 0, count: capacity)
        for row in rows.indices {
            let key = keys[row]
            let time = rows[row].time
            var slot = Self.hash(key, time) & (capacity - 1)
            while slots[slot] > 0 {
                let other = Int(slots[slot]) - 1
                if keys[other].series == key.series, keys[other].channel == key.channel, rows[other].time == time {
                    break
                }
                slot = (slot + 1) & (capacity - 1)
            }
            guard slots[slot] > 0 else {
                slots[slot] = UInt32(row + 1)
                continue
            }
            let first = Int(slots[slot]) - 1
            if rows[first].value != rows[row].value {
                throw CSVFault(
                    line: Int(key.line), field: header.value + 1, column: "value", value: "\(rows[row].value)",
                    problem: .conflict(firstLine: Int(keys[first].line), firstValue: rows[first].value))
            }
        }
    }

    /// The key's bits, mixed by the finalizer of MurmurHash3.
    private static func hash(_ key: RowKey, _ time: Double) -> Int {
        var bits = time.bitPattern ^ (UInt64(key.series) << 32 | UInt64(key.channel)) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        bits = (bits ^ (bits >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return Int(truncatingIfNeeded: bits ^ (bits >> 33))
    }
}
