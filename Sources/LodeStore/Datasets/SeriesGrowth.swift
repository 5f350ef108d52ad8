import GRDB

/// Adds up what one series gained, and notes it once in its row.
struct SeriesGrowth {
    private let update: RawStatement
    private var series: Int64?
    private var count = 0
    private var firstTime = Double.infinity
    private var lastTime = -Double.infinity

    init(_ db: Database) throws {
        update = try RawStatement(
            """
            UPDATE series SET observation_count = observation_count + ?2,
                first_time = min(ifnull(first_time, ?3), ?3), last_time = max(ifnull(last_time, ?4), ?4)
            WHERE id = ?1
            """, db)
    }

    /// Notes observations of a series; they come ordered by series.
    mutating func add(_ count: Int, to series: Int64, times: ClosedRange<Double>) throws {
        if series != self.series {
            try flush()
            self.series = series
        }
        self.count += count
        firstTime = min(firstTime, times.lowerBound)
        lastTime = max(lastTime, times.upperBound)
    }

    /// Writes what was noted last.
    mutating func flush() throws {
        guard let series, count > 0 else { return }
        update.bind(series, at: 1)
        update.bind(Int64(count), at: 2)
        update.bind(firstTime, at: 3)
        update.bind(lastTime, at: 4)
        _ = try update.run()
        (self.series, count, firstTime, lastTime) = (nil, 0, .infinity, -.infinity)
    }
}
