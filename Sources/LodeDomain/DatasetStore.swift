/// Keeps datasets and their observations.
///
/// Every write is one transaction: when the call returns it survives a power cut; when it throws nothing changed.
public protocol DatasetStore: Sendable {
    /// The dataset of that name, created with `timeAxis` if there is none.
    ///
    /// Throws ``StoreError/timeAxisMismatch(dataset:stored:given:)`` where it exists with another axis.
    func createDataset(named name: String, timeAxis: TimeAxis) async throws(StoreError) -> Dataset

    /// The dataset of that name, or nil.
    func dataset(named name: String) async throws(StoreError) -> Dataset?

    /// All datasets, by name.
    func datasetSummaries() async throws(StoreError) -> [DatasetSummary]

    /// One dataset in numbers.
    func summary(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetSummary

    /// Writes observations; series and channels that are new are created, the last row wins on an equal key.
    func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>
    ) async throws(StoreError) -> IngestReport

    /// The series of a dataset, by name, at most `limit` after the name `after`; with `part`, those whose name contains it.
    ///
    /// The case of the letters A to Z does not count.
    func series(
        of dataset: Identifier<Dataset>, containing part: String?, after: String?, limit: Int
    ) async throws(StoreError) -> [SeriesSummary]

    /// The names of the `limit` series that were added last, the newest first.
    func newestSeries(of dataset: Identifier<Dataset>, limit: Int) async throws(StoreError) -> [String]

    /// What a model is asked with about one series, as of one moment; nil where there is no such series.
    ///
    /// Observations of `channels` reach up to and including `asOf`; those of `inputs`, which are known beforehand, as far as
    /// there are any. A point's channel is an index into `channels` followed by `inputs`.
    func reading(
        of series: String, in dataset: Identifier<Dataset>, channels: [String], inputs: [String], asOf: Double?
    ) async throws(StoreError) -> SeriesReading?

    /// Everything in a dataset, as of one moment.
    func contents(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetContents
}

extension DatasetStore {
    /// The series of a dataset, by name, at most `limit` after the name `after`.
    public func series(
        of dataset: Identifier<Dataset>, after: String?, limit: Int
    ) async throws(StoreError) -> [SeriesSummary] {
        try await series(of: dataset, containing: nil, after: after, limit: limit)
    }
}

/// The observations of a series, with the state of its dataset at that moment.
public struct SeriesReading: Hashable, Sendable {
    /// What was observed.
    public var observations: SeriesObservations
    /// The dataset's change counter.
    public var watermark: DataWatermark

    /// A reading.
    public init(observations: SeriesObservations, watermark: DataWatermark) {
        self.observations = observations
        self.watermark = watermark
    }
}
