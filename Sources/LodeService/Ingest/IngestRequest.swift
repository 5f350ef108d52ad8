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

    /// A request.
    public init(
        dataset: String, format: Format, timeAxis: TimeAxis? = nil, keepsGoodRows: Bool = false,
        isRehearsal: Bool = false, idempotencyKey: String? = nil
    ) {
        self.dataset = dataset
        self.format = format
        self.timeAxis = timeAxis
        self.keepsGoodRows = keepsGoodRows
        self.isRehearsal = isRehearsal
        self.idempotencyKey = idempotencyKey
    }
}

/// How far an ingest is.
public struct IngestProgress: Hashable, Sendable {
    /// Bytes of the text that have been read.
    public var bytesRead: Int
    /// Bytes of the text.
    public var byteCount: Int
    /// Observations that have been written, if not yet committed.
    public var rows: Int
}
