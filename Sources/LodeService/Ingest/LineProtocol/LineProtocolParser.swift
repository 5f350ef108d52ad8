import LodeDomain

/// Reads observations from line protocol: a series for each measurement with its tags, a channel for each field.
///
/// A series is called by the measurement and its tags, sorted by key, escaped as line protocol has them. Truth values become 1
/// and 0.
struct LineProtocolParser: ObservationParser {
    let timeAxis = TimeAxis.dateTime
    /// As InfluxDB has it, the last value of a key wins.
    let refusesConflicts = false

    private var reader = LineProtocolReader()
    private let precision: LineProtocolPrecision
    /// The time of lines without a timestamp.
    private let now: Timestamp
    /// Measurements and tags as written, so that those that come again are not read again.
    private var writtenKeys = NameTable()
    /// The series of each written key.
    private var seriesOfWrittenKey: [Int] = []
    /// The entry that is being read: its series, the values of its fields, its timestamp.
    private var series = 0
    private var values: [LineProtocolValue] = []
    private var ticks: Int64?

    var position: Int { reader.position }

    init(precision: LineProtocolPrecision, now: Timestamp) {
        self.precision = precision
        self.now = now
    }

    mutating func parse(
        _ bytes: Span<UInt8>, into sink: inout ObservationSink, rowLimit: Int
    ) throws(IngestFault) -> Bool {
        while reader.begin(bytes) {
            do throws(LineProtocolFault) {
                try readEntry(bytes, &sink.series)
                for field in reader.fields { values.append(try reader.value(of: field, bytes)) }
                ticks = try reader.time(bytes)
            } catch {
                let fault = IngestFault(
                    line: error.line, place: .byte(error.column), problem: .lineProtocol(error.detail))
                try sink.reject(fault)
                continue
            }
            try appendEntry(bytes, to: &sink)
            if sink.rows.count >= rowLimit { return true }
        }
        return false
    }

    /// Reads an entry into ``series`` and the reader's fields.
    private mutating func readEntry(
        _ bytes: Span<UInt8>, _ names: inout NameTable
    ) throws(LineProtocolFault) {
        values.removeAll(keepingCapacity: true)
        let start = reader.entryStart
        let end = Self.keyEnd(bytes, from: start)
        if let known = writtenKeys.find(bytes, from: start, to: end) {
            series = seriesOfWrittenKey[known]
            reader.skipKey(to: end, bytes)
        } else {
            try reader.readKeyOfEntry(bytes)
            series = try nameSeries(bytes, &names)
            if let number = writtenKeys.number(of: bytes, from: start, to: end), number == seriesOfWrittenKey.count {
                seriesOfWrittenKey.append(series)
            }
        }
        try reader.readFields(bytes)
    }

    /// Where the first blank is that no backslash takes away.
    private static func keyEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] > 0x20 {
            let isEscape =
                bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count
                && LineProtocolReader.isKeyEscape(bytes[index + 1])
            index += isEscape ? 2 : 1
        }
        return min(index, bytes.count)
    }

    /// The series of the measurement and tags that were read.
    private func nameSeries(_ bytes: Span<UInt8>, _ names: inout NameTable) throws(LineProtocolFault) -> Int {
        var tags = reader.tags.map { (text: LineProtocolReader.text($0.key, bytes), key: $0.key, value: $0.value) }
        tags.sort { $0.text.lexicographicallyPrecedes($1.text) }
        for (first, second) in zip(tags, tags.dropFirst()) where first.text == second.text {
            let place = max(first.key.start, second.key.start)
            throw reader.fault(place, bytes, "tag “\(String(decoding: first.text, as: UTF8.self))” appears twice")
        }
        var name = Self.escaped(reader.name(bytes), LineProtocolReader.isMeasurementEscape)
        for tag in tags {
            name.append(UInt8(ascii: ","))
            name += Self.escaped(tag.text, LineProtocolReader.isKeyEscape)
            name.append(UInt8(ascii: "="))
            name += Self.escaped(LineProtocolReader.text(tag.value, bytes), LineProtocolReader.isKeyEscape)
        }
        guard let series = names.number(of: name.span, from: 0, to: name.count) else {
            throw reader.fault(reader.entryStart, bytes, "measurement and tags have more than 1024 bytes together")
        }
        return series
    }

    private static func escaped(_ text: [UInt8], _ isEscape: (UInt8) -> Bool) -> [UInt8] {
        text.flatMap { isEscape($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    }

    private mutating func appendEntry(_ bytes: Span<UInt8>, to sink: inout ObservationSink) throws(IngestFault) {
        let time: Double
        switch microseconds() {
        case .success(let microseconds): time = Double(microseconds)
        case .failure(let reason):
            try sink.reject(timeFault(bytes, reason.problem), points: reader.fields.count)
            return
        }
        var place = reader.entryPlace
        for (index, field) in reader.fields.enumerated() {
            let number: Double
            switch values[index] {
            case .float(let value): number = value
            case .bool(let value): number = value ? 1 : 0
            case .integer(let value):
                guard let exact = Double(exactly: value) else {
                    try sink.reject(fault(field, &place, bytes, "\(value)", .integerInexact))
                    continue
                }
                number = exact
            case .unsigned(let value):
                guard let exact = Double(exactly: value) else {
                    try sink.reject(fault(field, &place, bytes, "\(value)", .integerInexact))
                    continue
                }
                number = exact
            case .string(let value):
                try sink.reject(
                    fault(field, &place, bytes, ByteText.excerpt(value.span, from: 0, to: value.count), .text))
                continue
            }
            guard let channel = channel(field, bytes, &sink.channels) else {
                try sink.reject(fault(field, &place, bytes, nil, .invalidName))
                continue
            }
            sink.append(series: series, channel: channel, time: time, value: number, line: reader.entryLine)
        }
    }

    private func channel(_ field: LineProtocolReader.Field, _ bytes: Span<UInt8>, _ names: inout NameTable) -> Int? {
        guard field.key.hasEscapes else {
            return names.number(of: bytes, from: field.key.start, to: field.key.end)
        }
        let name = LineProtocolReader.text(field.key, bytes)
        return names.number(of: name.span, from: 0, to: name.count)
    }

    // MARK: - Times

    private struct TimeFault: Error {
        var problem: IngestFault.Problem
    }

    private func microseconds() -> Result<Int64, TimeFault> {
        let unit = precision.nanoseconds
        guard let ticks else {
            // To the precision, as InfluxDB does.
            let microseconds = max(unit / 1000, 1)
            return .success(now.microseconds / microseconds * microseconds)
        }
        if unit < 1000, ticks % 1000 != 0 {
            return .failure(TimeFault(problem: .timestampTooFine))
        }
        let (value, overflow) = unit < 1000 ? (ticks / 1000, false) : ticks.multipliedReportingOverflow(by: unit / 1000)
        guard !overflow, RFC3339.exactTimes.contains(value) else {
            return .failure(TimeFault(problem: .timestampOutOfRange))
        }
        return .success(value)
    }

    // MARK: - Faults

    private func timeFault(_ bytes: Span<UInt8>, _ problem: IngestFault.Problem) -> IngestFault {
        let token = reader.timestamp ?? reader.measurement
        let place = reader.fault(token.start, bytes, "")
        return IngestFault(
            line: place.line, place: .byte(place.column), name: "timestamp",
            value: ByteText.excerpt(bytes, from: token.start, to: token.end), problem: problem)
    }

    /// A fault of a field; `place`, that of an earlier one, goes on to it, so that a line of faults is counted through once.
    private func fault(
        _ field: LineProtocolReader.Field, _ place: inout LineProtocolReader.Place, _ bytes: Span<UInt8>,
        _ value: String?,
        _ problem: IngestFault.Problem
    ) -> IngestFault {
        place.advance(to: field.key.start, in: bytes)
        return IngestFault(
            line: place.line, place: .byte(place.column),
            name: ByteText.excerpt(bytes, from: field.key.start, to: field.key.end), value: value, problem: problem)
    }
}
