import GRDB
import LodeDomain

/// Deletes selected observations, a range of the table's key at a time.
struct ObservationDeletion {
    private let db: Database
    private let series: [Int64]
    private let channels: [Int64]
    /// All channels of the dataset, selected or not.
    private let allChannels: [Int64]
    private let times: ClosedRange<Double>

    init(_ selection: ObservationSelection, of dataset: Identifier<Dataset>, _ db: Database) throws {
        self.db = db
        series = try SeriesRecord.keys(of: dataset, db)
            .filter { selection.series == nil || $0.name == selection.series }.map(\.key)
        let known = try DatasetRecord.channels(of: dataset, db)
        allChannels = known.map(\.id.rawValue)
        channels =
            known
            .filter { selection.channel == nil || $0.name == selection.channel }.map(\.id.rawValue)
        times = selection.times ?? -.infinity ... .infinity
    }

    /// Deletes, and corrects what the series say of themselves; how many observations went.
    func run() throws -> Int {
        var total = 0
        for key in series {
            let deleted = try channels.reduce(0) { try $0 + delete(series: key, channel: $1) }
            if deleted > 0 { try shrink(series: key, by: deleted) }
            total += deleted
        }
        return total
    }

    private func delete(series: Int64, channel: Int64) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "DELETE FROM observation WHERE series = ? AND channel = ? AND time BETWEEN ? AND ?")
        try statement.execute(arguments: [series, channel, times.lowerBound, times.upperBound])
        return db.changesCount
    }

    private func shrink(series: Int64, by count: Int) throws {
        // Two look-ups at the ends of the key's range; one SELECT with both would read all between.
        let bounds = try db.cachedStatement(
            sql: """
                SELECT (SELECT min(time) FROM observation WHERE series = ?1 AND channel = ?2),
                       (SELECT max(time) FROM observation WHERE series = ?1 AND channel = ?2)
                """)
        var first: Double?
        var last: Double?
        for channel in allChannels {
            guard let row = try Row.fetchOne(bounds, arguments: [series, channel]) else { continue }
            if let time: Double = row[0] { first = min(first ?? time, time) }
            if let time: Double = row[1] { last = max(last ?? time, time) }
        }
        let update = try db.cachedStatement(
            sql: """
                UPDATE series SET observation_count = observation_count - ?, first_time = ?, last_time = ?
                WHERE id = ?
                """)
        try update.execute(arguments: [count, first, last, series])
    }
}
