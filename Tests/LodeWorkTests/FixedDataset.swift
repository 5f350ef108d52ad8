import LodeDomain

/// One dataset that never changes, behind the port that the handler reads from.
struct FixedDataset: DatasetStore {
    let contents: DatasetContents
    private let channels: [Channel]

    init(channels: [String], series: [SeriesObservations], inputs: [String] = []) {
        self.channels = channels.enumerated().map { index, name in
            Channel(
                id: Identifier(rawValue: Int64(index)), name: name, unit: nil,
                kind: inputs.contains(name) ? .input : .measured)
        }
        contents = DatasetContents(
            dataset: Dataset(
                id: Identifier(rawValue: 1), name: "waves", timeAxis: .numeric(unit: "s"),
                createdAt: Timestamp(microseconds: 0)),
            channels: channels, series: series, watermark: DataWatermark(revision: 7))
    }

    func dataset(named name: String) async throws(StoreError) -> Dataset? {
        name == contents.dataset.name ? contents.dataset : nil
    }

    func contents(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetContents {
        guard dataset == contents.dataset.id else { throw .datasetNotFound(dataset) }
        return contents
    }

    func datasetSummaries() async throws(StoreError) -> [DatasetSummary] {
        [try await summary(of: contents.dataset.id)]
    }

    func summary(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetSummary {
        DatasetSummary(
            dataset: contents.dataset, channels: channels, seriesCount: contents.series.count,
            observationCount: contents.series.reduce(0) { $0 + $1.points.count }, timeRange: nil)
    }

    func createDataset(named name: String, timeAxis: TimeAxis) async throws(StoreError) -> Dataset {
        throw .readOnly(path: name)
    }

    func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>
    ) async throws(StoreError) -> IngestReport {
        throw .readOnly(path: contents.dataset.name)
    }

    func series(
        of dataset: Identifier<Dataset>, containing part: String?, after: String?, limit: Int
    ) async throws(StoreError) -> [SeriesSummary] {
        []
    }

    func newestSeries(of dataset: Identifier<Dataset>, limit: Int) async throws(StoreError) -> [String] {
        contents.series.reversed().prefix(limit).map(\.name)
    }

    func reading(
        of series: String, in dataset: Identifier<Dataset>, channels: [String], inputs: [String], asOf: Double?
    ) async throws(StoreError) -> SeriesReading? {
        contents.series.first { $0.name == series }.map {
            SeriesReading(observations: $0, watermark: contents.watermark)
        }
    }
}
