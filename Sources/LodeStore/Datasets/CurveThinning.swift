import GRDB
import LodeDomain

/// Thins the observations of one channel to the first, last, least and greatest of each bucket (M4).
struct CurveThinning {
    private struct Point {
        var time: Double
        var value: Double
    }

    private struct Bucket {
        var first: Point
        var last: Point
        var least: Point
        var greatest: Point

        init(_ point: Point) {
            first = point
            last = point
            least = point
            greatest = point
        }

        mutating func add(_ point: Point) {
            last = point
            if point.value < least.value { least = point }
            if point.value > greatest.value { greatest = point }
        }

        /// Its points, by time, each once.
        var points: [Point] {
            let candidates = [first, least, greatest, last].sorted { $0.time < $1.time }
            return candidates.enumerated().filter { index, point in
                index == 0 || point.time != candidates[index - 1].time
            }.map(\.element)
        }
    }

    private let series: Int64
    private let channel: Int64
    private let db: Database

    init(series: Int64, channel: Int64, _ db: Database) {
        self.series = series
        self.channel = channel
        self.db = db
    }

    /// Reads the range once, in the order of the key.
    func curve(times: ClosedRange<Double>?, buckets count: Int) throws -> PlotCurve {
        guard let range = try finiteRange(times) else {
            return PlotCurve(times: [], values: [], observationCount: 0)
        }
        let select = try RawStatement(
            """
            SELECT time, value FROM observation WHERE series = ? AND channel = ? AND time BETWEEN ? AND ?
            ORDER BY time
            """, db)
        select.bind(series, at: 1)
        select.bind(channel, at: 2)
        select.bind(range.lowerBound, at: 3)
        select.bind(range.upperBound, at: 4)
        let bucketsPerTime = Double(count) / (range.upperBound - range.lowerBound)
        var curve = PlotCurve(times: [], values: [], observationCount: 0)
        var current: (index: Int, bucket: Bucket)?
        while try select.step() {
            let point = Point(time: select.double(0), value: select.double(1))
            curve.observationCount += 1
            // The end of the range belongs to the last bucket; a range of one moment has one bucket.
            let position = (point.time - range.lowerBound) * bucketsPerTime
            let index = position.isFinite ? min(Int(position), count - 1) : 0
            if current?.index == index {
                current?.bucket.add(point)
            } else {
                append(current?.bucket, to: &curve)
                current = (index, Bucket(point))
            }
        }
        append(current?.bucket, to: &curve)
        return curve
    }

    private func append(_ bucket: Bucket?, to curve: inout PlotCurve) {
        for point in bucket?.points ?? [] {
            curve.times.append(point.time)
            curve.values.append(point.value)
        }
    }

    /// `times` with an infinite end replaced by that of the observations; nil where none can lie in it.
    private func finiteRange(_ times: ClosedRange<Double>?) throws -> ClosedRange<Double>? {
        let times = times ?? -.infinity ... .infinity
        // Two look-ups at the ends of the key's range; one SELECT with both would read all between.
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT (SELECT min(time) FROM observation WHERE series = ?1 AND channel = ?2) AS first_time,
                       (SELECT max(time) FROM observation WHERE series = ?1 AND channel = ?2) AS last_time
                """,
            arguments: [series, channel])
        guard let observed = row.flatMap(SeriesRecord.timeRange), observed.overlaps(times) else { return nil }
        let first = times.lowerBound.isFinite ? times.lowerBound : observed.lowerBound
        let last = times.upperBound.isFinite ? times.upperBound : observed.upperBound
        return first...last
    }
}
