import GRDB
import LodeDomain

/// Reads observations of the channels that a reader asked for.
struct ObservationReader {
    private let db: Database
    /// Channel keys in the reader's order; nil where the dataset has no such channel.
    private let channels: [Int64?]

    init(dataset: Identifier<Dataset>, channels names: [String], _ db: Database) throws {
        self.db = db
        let known = try DatasetRecord.channels(of: dataset, db)
        // Byte for byte, as the database has names: to Swift two spellings of one letter are one name, and a key that comes twice.
        let keys = Dictionary(uniqueKeysWithValues: known.map { (Array($0.name.utf8), $0.id.rawValue) })
        channels = names.map { keys[Array($0.utf8)] }
    }

    /// Hands the series of a dataset, by name, to what `body` makes of the view, until that returns false; `channels` nil is all,
    /// by name.
    static func readSeries(
        of dataset: Identifier<Dataset>, channels: [String]?, _ db: Database,
        _ body: (DatasetView) -> (SeriesObservations) -> Bool
    ) throws -> DatasetView {
        let view = DatasetView(
            dataset: try DatasetRecord.existing(dataset, db),
            channels: try channels ?? DatasetRecord.channels(of: dataset, db).map(\.name),
            watermark: try DatasetRecord.watermark(of: dataset, db))
        let take = body(view)
        let reader = try ObservationReader(dataset: dataset, channels: view.channels, db)
        for (name, key) in try SeriesRecord.keys(of: dataset, db) {
            var series = SeriesObservations(
                name: name, points: try reader.points(of: key, asOf: nil),
                statics: try FactRecord.facts(of: key, in: .statics, db))
            series.labels = try FactRecord.facts(of: key, in: .labels, db)
            guard take(series) else { break }
        }
        return view
    }

    /// The points of a series up to and including `asOf`, by time, then channel.
    func points(of series: Int64, asOf: Double?) throws -> [SeriesObservations.Point] {
        let select = try RawStatement(
            "SELECT time, value FROM observation WHERE series = ? AND channel = ? AND time <= ? ORDER BY time", db)
        var points: [SeriesObservations.Point] = []
        var channelsWithPoints = 0
        for (index, channel) in channels.enumerated() {
            guard let channel else { continue }
            select.bind(series, at: 1)
            select.bind(channel, at: 2)
            select.bind(asOf ?? .infinity, at: 3)
            let before = points.count
            while try select.step() {
                points.append(
                    SeriesObservations.Point(time: select.double(0), channel: index, value: select.double(1)))
            }
            select.reset()
            if points.count > before { channelsWithPoints += 1 }
        }
        if channelsWithPoints > 1 { points.sort { ($0.time, $0.channel) < ($1.time, $1.channel) } }
        return points
    }
}
