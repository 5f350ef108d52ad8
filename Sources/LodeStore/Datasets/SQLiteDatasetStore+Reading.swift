import GRDB
public import LodeDomain

extension SQLiteDatasetStore: SeriesReader {
    /// Hands the series of a dataset, one at a time, by name, to what `body` makes of the view they are from; all as of one moment.
    public func readSeries(
        of dataset: Identifier<Dataset>, channels: [String]?,
        _ body: @escaping @Sendable (DatasetView) -> (SeriesObservations) -> Bool
    ) async throws(StoreError) -> DatasetView {
        try await database.readApart { db in
            try ObservationReader.readSeries(of: dataset, channels: channels, db, body)
        }
    }

    /// A curve that draws like all observations of a channel in a range, in at most `4 · buckets` points.
    public func curve(
        of series: String, channel: String, in dataset: Identifier<Dataset>, times: ClosedRange<Double>?,
        buckets: Int
    ) async throws(StoreError) -> PlotCurve? {
        precondition(buckets > 0, "a curve needs a bucket, not \(buckets)")
        return try await database.read { db in
            _ = try DatasetRecord.existing(dataset, db)
            guard let key = try SeriesRecord.key(of: series, in: dataset, db) else { return nil }
            let channels = try DatasetRecord.channels(of: dataset, db)
            guard let channel = channels.first(where: { $0.name == channel }) else {
                return PlotCurve(times: [], values: [], observationCount: 0)
            }
            return try CurveThinning(series: key, channel: channel.id.rawValue, db)
                .curve(times: times, buckets: buckets)
        }
    }
}
