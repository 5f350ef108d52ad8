import GRDB

/// Adds up what one series gained, and notes it once in its row.
struct SeriesGrowth {
    private var series: Int64?
    private var count = 0
    private var firstTime = Double.infinity
    private var lastTime = -Double.infinity

    /// Rows come ordered by series.
    mutating func add(series: Int64, time: Double, _ db: Database) throws {
        if series != self.series {
            try flush(db)
            self.series = series
        }
        count += 1
        firstTime = min(firstTime, time)
        lastTime = max(lastTime, time)
    }

    mutating func flush(_ db: Database) throws {
        guard let series, count > 0 else { return }
        let update = try db.cachedStatement(
            sql: """
                UPDATE series SET observation_count = observation_count + ?2,
                    first_time = min(ifnull(first_time, ?3), ?3), last_time = max(ifnull(last_time, ?4), ?4)
                WHERE id = ?1
                """)
        try update.execute(arguments: [series, count, firstTime, lastTime])
        self = SeriesGrowth()
    }
}
