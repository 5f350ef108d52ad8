public import LodeDomain

/// How a text of observations is to be taken in.
public struct IngestRequest: Hashable, Sendable {
    /// The form of a text.
    public enum Format: Hashable, Sendable {
        /// Delimited text with a header: CSV, TSV.
        case delimited(DelimitedLayout)
        /// A JSON object a line.
        case ndjson
        /// InfluxDB line protocol, with timestamps of that precision.
        case lineProtocol(LineProtocolPrecision)

        /// Its name in answers.
        public var name: String {
            switch self {
            case .delimited: "csv"
            case .ndjson: "ndjson"
            case .lineProtocol: "line-protocol"
            }
        }
    }

    /// The dataset's name; it is made if there is none.
    public var dataset: String
    /// The form of the text.
    public var format: Format
    /// What times mean; nil takes the dataset's way, or for a new one what the first time looks like.
    public var timeAxis: TimeAxis?
    /// Whether faulty rows are left out and told, instead of refusing the text for them.
    public var keepsGoodRows: Bool
    /// Whether nothing is written: the answer says what would have happened.
    public var isRehearsal: Bool
    /// What the client calls this request, so that it has its effect once however often it is sent; at most 255 bytes.
    public var idempotencyKey: String?
    /// Channels whose values are known for the future too, such as a planned dose.
    public var inputChannels: [String]
    /// Whether a long text of which the good rows are kept may be committed in parts, so that others can write meanwhile.
    public var commitsParts: Bool

    /// A request.
    public init(
        dataset: String, format: Format, timeAxis: TimeAxis? = nil, keepsGoodRows: Bool = false,
        isRehearsal: Bool = false, idempotencyKey: String? = nil, inputChannels: [String] = [],
        commitsParts: Bool = false
    ) {
        self.dataset = dataset
        self.format = format
        self.timeAxis = timeAxis
        self.keepsGoodRows = keepsGoodRows
        self.isRehearsal = isRehearsal
        self.idempotencyKey = idempotencyKey
        self.inputChannels = inputChannels
        self.commitsParts = commitsParts
    }
}

extension IngestRequest {
    /// What the request asks for apart from its text and key, the same in every process.
    var target: String {
        var words = [dataset, format.name, "\(keepsGoodRows)", "\(isRehearsal)"] + inputChannels.sorted()
        if let timeAxis { words.append(timeAxis.phrase) }
        switch format {
        case .delimited(let layout):
            words += [layout.delimiter.map { "\($0)" }, layout.seriesColumn, layout.seriesName, layout.timeColumn]
                .map { $0 ?? "" }
            words += (layout.channelColumns ?? []) + layout.missingMarks.sorted()
        case .ndjson: break
        case .lineProtocol(let precision): words.append(precision.rawValue)
        }
        return words.joined(separator: "\u{1F}")
    }
}

/// How far an ingest is.
public struct IngestProgress: Hashable, Sendable {
    /// Bytes of the text that have been read.
    public var bytesRead: Int
    /// Bytes of the text.
    public var byteCount: Int
    /// Observations that have been read; 0 where a daemon counts them.
    public var rows: Int

    /// A state.
    public init(bytesRead: Int, byteCount: Int, rows: Int) {
        self.bytesRead = bytesRead
        self.byteCount = byteCount
        self.rows = rows
    }
}
