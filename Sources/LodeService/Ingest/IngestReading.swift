package import LodeDomain
import Synchronization

/// A text that is being read, part after part.
package final class IngestReading: Sendable {
    private struct State: Sendable {
        var parser: any ObservationParser
        var sink: ObservationSink
        var isDone = false
        var rows = 0
    }

    private let text: IngestText
    private let state: Mutex<State>
    private let onProgress: (@Sendable (IngestProgress) -> Void)?
    /// How the text counts time.
    package let timeAxis: TimeAxis
    /// What separates the fields of a delimited text.
    let delimiter: String?
    /// Whether a delimited text has a column for each channel.
    let isWide: Bool?

    /// How many rows are written at once; contradictions are found among as many.
    static let rowsPerPart = 1 << 18

    /// Reads what comes before the first observation.
    package init(
        _ text: IngestText, _ request: IngestRequest, timeAxis: TimeAxis?, now: Timestamp,
        onProgress: (@Sendable (IngestProgress) -> Void)?
    ) throws(IngestFault) {
        try text.withSpan { bytes throws(IngestFault) in try ByteText.refuseBinary(bytes) }
        var sink = ObservationSink(keepsGoodRows: request.keepsGoodRows)
        let parser: any ObservationParser
        switch request.format {
        case .delimited(let layout):
            let delimited = try text.withSpan { bytes throws(IngestFault) in
                try DelimitedParser(bytes, layout: layout, timeAxis: timeAxis, sink: &sink)
            }
            parser = delimited
            delimiter = DelimitedLayout.delimiters.first { $0.byte == delimited.delimiter }?.name ?? "other"
            isWide = delimited.isWide
        case .ndjson:
            parser = try text.withSpan { bytes throws(IngestFault) in try NDJSONParser(bytes, timeAxis: timeAxis) }
            (delimiter, isWide) = (nil, nil)
        case .lineProtocol(let precision):
            parser = LineProtocolParser(precision: precision, now: now)
            (delimiter, isWide) = (nil, nil)
        }
        self.text = text
        self.timeAxis = parser.timeAxis
        self.onProgress = onProgress
        state = Mutex(State(parser: parser, sink: sink))
    }

    /// The next observations, sorted; nil at the end.
    package func nextTable() throws(IngestFault) -> ObservationTable? {
        let (table, progress) = try state.withLock {
            state throws(IngestFault) -> (ObservationTable?, IngestProgress) in
            let progress = IngestProgress(
                bytesRead: state.parser.position, byteCount: text.count, rows: state.rows)
            guard !state.isDone else { return (nil, progress) }
            state.isDone = try !text.withSpan { bytes throws(IngestFault) in
                try state.parser.parse(bytes, into: &state.sink, rowLimit: Self.rowsPerPart)
            }
            let table = try state.sink.takeTable(refusingConflicts: state.parser.refusesConflicts)
            state.rows += table.rows.count
            return (table, progress)
        }
        if progress.rows > 0 { onProgress?(progress) }
        return table
    }

    /// Whether everything has been read.
    var isDone: Bool { state.withLock { $0.isDone } }
    /// How many points were refused, and the first faults.
    package var rejected: (count: Int, faults: [IngestFault]) {
        state.withLock { ($0.sink.rejectedCount, $0.sink.faults) }
    }
    /// How many series the text names.
    var seriesCount: Int { state.withLock { $0.sink.series.names.count } }
}
