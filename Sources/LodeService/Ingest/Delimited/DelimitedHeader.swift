/// Which field of a line is which.
struct DelimitedHeader: Sendable {
    /// How a line holds values.
    enum Form: Sendable {
        /// One value a line, with the name of its channel.
        case long(channel: Int, value: Int)
        /// A value in each of these fields, for the channel of that number in the sink.
        case wide([(field: Int, channel: Int)])
    }

    /// The field with the series; nil where the whole text is of one.
    var series: Int?
    var time: Int
    var form: Form
    var fieldCount: Int
    /// The columns' names.
    var names: [String]

    /// The columns of the long form, in the order people expect them.
    private static let longColumns = ["series", "time", "channel", "value"]

    /// Reads the header from the first record, and puts the channels that it names into the sink.
    init(
        _ record: DelimitedRecord, in bytes: Span<UInt8>, layout: DelimitedLayout, sink: inout ObservationSink
    ) throws(IngestFault) {
        let names = (0..<record.fieldCount).map { record.text($0, in: bytes) }
        self.names = names
        fieldCount = record.fieldCount
        let lowercased = names.map { $0.lowercased() }
        /// The field of a column; a name that was told counts as written, the others in any case.
        func field(_ told: String?, _ standard: String) -> Int? {
            told.map { names.firstIndex(of: $0) } ?? lowercased.firstIndex(of: standard)
        }
        let time = field(layout.timeColumn, "time")
        let series = field(layout.seriesColumn, "series")
        self.series = series
        let isHeader = lowercased.contains { Self.longColumns.contains($0) } || time != nil || series != nil
        guard isHeader else { throw IngestFault(line: record.line, problem: .headerMissing) }
        var earlier: Set<String> = []
        for index in names.indices where !earlier.insert(lowercased[index]).inserted {
            throw IngestFault(line: record.line, field: index + 1, value: names[index], problem: .columnRepeated)
        }
        var missing = time == nil ? [layout.timeColumn ?? "time"] : []
        if series == nil, layout.seriesName == nil || layout.seriesColumn != nil {
            missing.insert(layout.seriesColumn ?? "series", at: 0)
        }
        guard let time, missing.isEmpty else {
            throw IngestFault(line: record.line, problem: .columnsMissing(missing))
        }
        self.time = time
        if layout.channelColumns == nil, let channel = lowercased.firstIndex(of: "channel"),
            let value = lowercased.firstIndex(of: "value")
        {
            form = .long(channel: channel, value: value)
            // A column beside these four may be a mistyped one, whose loss nobody would notice.
            for index in names.indices where ![series, time, channel, value].contains(index) {
                throw IngestFault(line: record.line, field: index + 1, value: names[index], problem: .columnUnknown)
            }
            return
        }
        var fields = names.indices.filter { $0 != series && $0 != time }
        if let chosen = layout.channelColumns {
            let known = Set(names)
            let absent = chosen.filter { !known.contains($0) }
            guard absent.isEmpty else { throw IngestFault(line: record.line, problem: .columnsMissing(absent)) }
            let wanted = Set(chosen)
            fields = fields.filter { wanted.contains(names[$0]) }
        }
        guard !fields.isEmpty else {
            throw IngestFault(line: record.line, problem: .columnsMissing(["channel", "value"]))
        }
        var channels: [(field: Int, channel: Int)] = []
        for index in fields {
            let name = Array(names[index].utf8)
            guard !name.isEmpty, let channel = sink.channels.number(of: name.span, from: 0, to: name.count) else {
                throw IngestFault(line: record.line, field: index + 1, value: names[index], problem: .invalidName)
            }
            channels.append((index, channel))
        }
        form = .wide(channels)
    }
}
