/// Writes observations in bulk: a whole text in one transaction, however long it is.
public protocol TableWriter: Sendable {
    /// Writes the tables that `next` gives, until nil, to the dataset of that name, which is made if there is none.
    ///
    /// Everything is one transaction, in which `next` is called: what it throws takes back all of it. Where the request says
    /// that tables are committed each, what it throws takes back the last one. The names of a later
    /// table must begin with those of the table before. Rows count as if written one after the other, tables in turn.
    /// Throws ``StoreError/timeAxisMismatch(dataset:stored:given:)`` where the dataset counts time in another way, and
    /// ``StoreError/idempotencyKeyReused(_:)`` where the request's key came with another fingerprint.
    func write(
        _ request: TableWriteRequest, _ next: @escaping @Sendable () throws -> ObservationTable?
    ) async throws(StoreError) -> TableWriteReport
}

/// Where tables go, and how.
public struct TableWriteRequest: Sendable {
    /// The dataset's name.
    public var dataset: String
    /// How the tables count time.
    public var timeAxis: TimeAxis
    /// Makes a request that is sent again have its effect once.
    public var idempotencyKey: IdempotencyKey?
    /// Whether everything is taken back in the end: the report says what would have happened.
    public var isRehearsal: Bool
    /// Whether each table is a transaction of its own, between which others may write.
    public var commitsTables: Bool
    /// Channels whose values are known for the future too; they are noted as such.
    public var inputChannels: [String]

    /// A request.
    public init(
        dataset: String, timeAxis: TimeAxis, idempotencyKey: IdempotencyKey? = nil, isRehearsal: Bool = false,
        commitsTables: Bool = false, inputChannels: [String] = []
    ) {
        self.dataset = dataset
        self.timeAxis = timeAxis
        self.idempotencyKey = idempotencyKey
        self.isRehearsal = isRehearsal
        self.commitsTables = commitsTables
        self.inputChannels = inputChannels
    }
}

/// What became of tables.
public struct TableWriteReport: Hashable, Sendable, Codable {
    /// Whether the dataset is new.
    public var created: Bool
    /// What became of the rows.
    public var rows: IngestReport
    /// Whether the request was answered before, and nothing was written now.
    public var isReplay = false

    private enum CodingKeys: String, CodingKey {
        case created, rows
    }

    /// A report.
    public init(created: Bool, rows: IngestReport) {
        self.created = created
        self.rows = rows
    }
}
