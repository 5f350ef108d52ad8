import GRDB
public import LodeDomain

/// Datasets and observations in a Lode database.
public struct SQLiteDatasetStore: DatasetStore {
    let database: LodeDatabase
    let now: Now

    /// The datasets of `database`; `now` tells when a dataset was created.
    public init(_ database: LodeDatabase, now: @escaping Now) {
        self.database = database
        self.now = now
    }

    /// The dataset of that name, created with `timeAxis` if there is none.
    public func createDataset(
        named name: String, timeAxis: TimeAxis
    ) async throws(StoreError) -> Dataset {
        guard Dataset.isValidName(name) else { throw .invalidName(name) }
        let createdAt = now()
        return try await database.write { db in
            try DatasetRecord.findOrCreate(name, timeAxis: timeAxis, at: createdAt, db).dataset
        }
    }

    /// The dataset of that name, or nil.
    public func dataset(named name: String) async throws(StoreError) -> Dataset? {
        try await database.read { db in try DatasetRecord.named(name, db) }
    }

    /// All datasets, by name.
    public func datasetSummaries() async throws(StoreError) -> [DatasetSummary] {
        try await database.read { db in
            try DatasetRecord.all(db).map { try DatasetRecord.summary(of: $0, db) }
        }
    }

    /// One dataset in numbers.
    public func summary(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetSummary {
        try await database.read { db in
            try DatasetRecord.summary(of: DatasetRecord.existing(dataset, db), db)
        }
    }

    /// The series of a dataset, by name, at most `limit` after the name `after`; with `part`, those whose name contains it.
    public func series(
        of dataset: Identifier<Dataset>, containing part: String?, after: String?, limit: Int
    ) async throws(StoreError) -> [SeriesSummary] {
        try await database.read { db in
            _ = try DatasetRecord.existing(dataset, db)
            return try SeriesRecord.summaries(of: dataset, containing: part, after: after, limit: limit, db)
        }
    }

    /// The names of the `limit` series that were added last, the newest first.
    public func newestSeries(of dataset: Identifier<Dataset>, limit: Int) async throws(StoreError) -> [String] {
        try await database.read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM series WHERE dataset = ? ORDER BY id DESC LIMIT ?",
                arguments: [dataset.rawValue, limit])
        }
    }

    /// Writes observations in one transaction.
    ///
    /// The report is that of writing the rows one after the other: of two rows with the same key in one body, the
    /// second counts as updated, or unchanged where its value is the same. The watermark grows by one if anything
    /// was inserted or updated.
    public func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>
    ) async throws(StoreError) -> IngestReport {
        try await database.write { db in
            var insertion = try ObservationInsertion(dataset, db)
            try insertion.write(ObservationTable(rows))
            return try insertion.finish()
        }
    }

    /// What a model is asked with about one series, as of one moment; nil where there is no such series.
    public func reading(
        of series: String, in dataset: Identifier<Dataset>, channels: [String], inputs: [String], asOf: Double?
    ) async throws(StoreError) -> SeriesReading? {
        try await database.read { db in
            let watermark = try DatasetRecord.watermark(of: dataset, db)
            guard let key = try SeriesRecord.key(of: series, in: dataset, db) else { return nil }
            var points = try ObservationReader(dataset: dataset, channels: channels, db).points(of: key, asOf: asOf)
            if !inputs.isEmpty {
                let known = try ObservationReader(dataset: dataset, channels: inputs, db).points(of: key, asOf: nil)
                points += known.map { point in
                    SeriesObservations.Point(
                        time: point.time, channel: point.channel + channels.count, value: point.value)
                }
                points.sort { ($0.time, $0.channel) < ($1.time, $1.channel) }
            }
            let observations = SeriesObservations(
                name: series, points: points, statics: try FactRecord.facts(of: key, in: .statics, db))
            return SeriesReading(observations: observations, watermark: watermark)
        }
    }

    /// Everything in a dataset, as of one moment.
    public func contents(of dataset: Identifier<Dataset>) async throws(StoreError) -> DatasetContents {
        try await database.read { db in
            var series: [SeriesObservations] = []
            let view = try ObservationReader.readSeries(of: dataset, channels: nil, db) { _ in
                {
                    series.append($0)
                    return true
                }
            }
            return DatasetContents(
                dataset: view.dataset, channels: view.channels, series: series, watermark: view.watermark)
        }
    }
}
