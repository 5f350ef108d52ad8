/// Keeps what belongs to a series as a whole: static covariates and labels.
///
/// Every call is one transaction. Each throws ``StoreError/datasetNotFound(_:)`` where the dataset is gone.
public protocol FactStore: Sendable {
    /// Writes facts of series; the last row wins on an equal key. Series that are new are created.
    ///
    /// Throws ``StoreError/idempotencyKeyReused(_:)`` where the request's key came with another fingerprint.
    func write(_ rows: [SeriesFact], _ request: FactWriteRequest) async throws(StoreError) -> IngestReport

    /// All facts of a kind in a dataset, by series and name.
    func facts(_ kind: FactKind, of dataset: Identifier<Dataset>) async throws(StoreError) -> [SeriesFact]
}

/// Which facts of series.
public enum FactKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Static covariates: what does not change with time.
    case statics
    /// Labels: outcomes that a model may be asked for.
    case labels
}

/// Where facts go, and how.
public struct FactWriteRequest: Hashable, Sendable {
    /// The dataset.
    public var dataset: Identifier<Dataset>
    /// Which facts they are.
    public var kind: FactKind
    /// Makes a request that is sent again have its effect once.
    public var idempotencyKey: IdempotencyKey?
    /// Whether everything is taken back in the end: the report says what would have happened.
    public var isRehearsal: Bool

    /// A request.
    public init(
        dataset: Identifier<Dataset>, kind: FactKind, idempotencyKey: IdempotencyKey? = nil, isRehearsal: Bool = false
    ) {
        self.dataset = dataset
        self.kind = kind
        self.idempotencyKey = idempotencyKey
        self.isRehearsal = isRehearsal
    }
}

/// A number that belongs to a series as a whole: a static covariate or a label.
public struct SeriesFact: Hashable, Sendable {
    /// The series it belongs to.
    public var series: String
    /// What it says of the series.
    public var name: String
    /// The value, finite.
    public var value: Double

    /// A fact; nothing is checked here.
    public init(series: String, name: String, value: Double) {
        self.series = series
        self.name = name
        self.value = value
    }
}
