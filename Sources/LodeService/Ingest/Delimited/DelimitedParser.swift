import LodeDomain

/// Reads observations from delimited text, with a header: one value a line, or a column for each channel.
struct DelimitedParser: ObservationParser {
    let timeAxis: TimeAxis
    let refusesConflicts = true
    /// The byte between fields, told or guessed.
    let delimiter: UInt8
    /// Whether each line has a column for each channel.
    var isWide: Bool {
        if case .wide = header.form { true } else { false }
    }

    private var record: DelimitedRecord
    private let header: DelimitedHeader
    private let missingMarks: [[UInt8]]
    /// The number of the series of a text without a column for it.
    private var onlySeries: Int?
    /// Whether `record` holds a line that is not read yet.
    private var hasRecord: Bool

    var position: Int { record.position }

    /// Reads the header of `bytes`; with no `timeAxis`, the first time decides whether times are numbers or date-times.
    init(
        _ bytes: Span<UInt8>, layout: DelimitedLayout, timeAxis: TimeAxis?, sink: inout ObservationSink
    ) throws(IngestFault) {
        delimiter = layout.delimiter ?? layout.guessedDelimiter(of: bytes)
        record = DelimitedRecord(delimiter: delimiter, comment: layout.comment)
        record.skipByteOrderMark(in: bytes)
        guard try record.advance(in: bytes) else { throw IngestFault(line: 1, problem: .headerMissing) }
        header = try DelimitedHeader(record, in: bytes, layout: layout, sink: &sink)
        missingMarks = layout.missingMarks.map { Array($0.utf8) }
        if header.series == nil, let name = layout.seriesName {
            let name = Array(name.utf8)
            onlySeries = sink.series.number(of: name.span, from: 0, to: name.count)
            guard onlySeries != nil else {
                throw IngestFault(line: record.line, value: layout.seriesName, problem: .invalidName)
            }
        }
        hasRecord = try record.advance(in: bytes)
        guard hasRecord else { throw IngestFault(line: record.line + 1, problem: .noRows) }
        self.timeAxis = timeAxis ?? Self.detectAxis(record, header.time, in: bytes)
    }

    private static func detectAxis(_ record: DelimitedRecord, _ index: Int, in bytes: Span<UInt8>) -> TimeAxis {
        guard index < record.fieldCount else { return .numeric(unit: nil) }
        let field = record.fields[index]
        guard field.end - field.start >= 10, bytes[field.start + 4] == UInt8(ascii: "-") else {
            return .numeric(unit: nil)
        }
        if case .malformed = DecimalNumber.parse(bytes, from: field.start, to: field.end) { return .dateTime }
        return .numeric(unit: nil)
    }

    mutating func parse(
        _ bytes: Span<UInt8>, into sink: inout ObservationSink, rowLimit: Int
    ) throws(IngestFault) -> Bool {
        while hasRecord {
            do throws(IngestFault) {
                try appendLine(in: bytes, to: &sink)
            } catch {
                try sink.reject(error, points: pointCount)
            }
            try advance(in: bytes, sink: &sink)
            if sink.rows.count >= rowLimit { return hasRecord }
        }
        return false
    }

    private mutating func advance(in bytes: Span<UInt8>, sink: inout ObservationSink) throws(IngestFault) {
        while true {
            do throws(IngestFault) {
                hasRecord = try record.advance(in: bytes)
                return
            } catch {
                try sink.reject(error)
                record.skipLine(in: bytes)
            }
        }
    }

    /// How many points a refused line counts for.
    private var pointCount: Int {
        guard case .wide(let channels) = header.form, record.fieldCount == header.fieldCount else { return 1 }
        return max(1, channels.count { record.fields[$0.field].start < record.fields[$0.field].end })
    }

    private mutating func appendLine(
        in bytes: Span<UInt8>, to sink: inout ObservationSink
    ) throws(IngestFault) {
        guard record.fieldCount == header.fieldCount else {
            throw IngestFault(
                line: record.line, field: nil,
                problem: .fieldCount(expected: header.fieldCount, found: record.fieldCount))
        }
        switch header.form {
        case .long(let channelField, let valueField):
            let time = try time(in: bytes)
            if !missingMarks.isEmpty, isMissing(valueField, in: bytes) { return }
            let value = try number(valueField, in: bytes)
            let series = try series(in: bytes, table: &sink.series)
            let channel = try name(channelField, in: bytes, table: &sink.channels)
            sink.append(series: series, channel: channel, time: time, value: value, line: record.line)
        case .wide(let channels):
            let time = try time(in: bytes)
            let series = try series(in: bytes, table: &sink.series)
            for (field, channel) in channels {
                if record.fields[field].start == record.fields[field].end || isMissing(field, in: bytes) { continue }
                do throws(IngestFault) {
                    let value = try number(field, in: bytes)
                    sink.append(series: series, channel: channel, time: time, value: value, line: record.line)
                } catch {
                    try sink.reject(error)
                }
            }
        }
    }

    // MARK: - Fields

    private func isMissing(_ index: Int, in bytes: Span<UInt8>) -> Bool {
        let field = record.fields[index]
        return missingMarks.contains { mark in
            mark.count == field.end - field.start && mark.indices.allSatisfy { mark[$0] == bytes[field.start + $0] }
        }
    }

    private func time(in bytes: Span<UInt8>) throws(IngestFault) -> Double {
        guard timeAxis == .dateTime else {
            // Adding zero turns -0 into 0: they are one time.
            return try number(header.time, in: bytes) + 0
        }
        let field = record.fields[header.time]
        if field.start == field.end { throw fault(header.time, in: bytes, .empty) }
        do {
            return Double(try RFC3339.microseconds(bytes, from: field.start, to: field.end))
        } catch {
            throw fault(header.time, in: bytes, .notADateTime(error.reason))
        }
    }

    private func number(_ index: Int, in bytes: Span<UInt8>) throws(IngestFault) -> Double {
        let field = record.fields[index]
        switch DecimalNumber.parse(bytes, from: field.start, to: field.end) {
        case .number(let number):
            if abs(number) >= 0x1p53, DecimalNumber.isInexactInteger(bytes, from: field.start, to: field.end) {
                throw fault(index, in: bytes, .integerInexact)
            }
            return number
        case .notFinite: throw fault(index, in: bytes, .notFinite)
        case .malformed: throw fault(index, in: bytes, field.start == field.end ? .empty : .notANumber)
        }
    }

    private func series(in bytes: Span<UInt8>, table: inout NameTable) throws(IngestFault) -> Int {
        if let onlySeries { return onlySeries }
        guard let field = header.series else { preconditionFailure("a text without a series has one for all lines") }
        return try name(field, in: bytes, table: &table)
    }

    private func name(_ index: Int, in bytes: Span<UInt8>, table: inout NameTable) throws(IngestFault) -> Int {
        let field = record.fields[index]
        if field.start == field.end { throw fault(index, in: bytes, .empty) }
        let number: Int?
        if field.hasDoubledQuotes {
            let unquoted = record.bytes(index, in: bytes)
            number = table.number(of: unquoted.span, from: 0, to: unquoted.count)
        } else {
            number = table.number(of: bytes, from: field.start, to: field.end)
        }
        guard let number else { throw fault(index, in: bytes, .invalidName) }
        return number
    }

    private func fault(_ index: Int, in bytes: Span<UInt8>, _ problem: IngestFault.Problem) -> IngestFault {
        let field = record.fields[index]
        return IngestFault(
            line: record.line, field: index + 1, name: header.names[index],
            value: ByteText.excerpt(bytes, from: field.start, to: field.end), problem: problem)
    }
}
