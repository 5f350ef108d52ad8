import LodeDomain
import Synchronization

/// Keeps series that models have read, the ones asked about lately, within a budget of memory.
///
/// A series is taken from here as long as its observations are the same: at no cost while nothing was committed to the
/// database at all, at that of reading it where other series changed.
final class PreparedSeriesCache: Sendable {
    /// What makes two preparations the same, given the same observations.
    struct Key: Hashable {
        var version: Identifier<ModelVersion>
        var series: String
        var asOf: Double?
        var settings: ForecastSettings
    }

    /// A series that was read, and when.
    struct Entry {
        var prepared: any PreparedForecast
        var reading: SeriesReading
        /// The state of the database that it was read from; nil where that cannot be told.
        var mark: UInt64?
    }

    private let recent: Mutex<RecentValues<Key, Entry>>

    /// A cache of up to `budget` bytes; 0 keeps nothing.
    init(budget: Int) {
        recent = Mutex(RecentValues(budget: budget))
    }

    /// What is kept under a key.
    func entry(_ key: Key) -> Entry? { recent.withLock { $0.value(key) } }

    /// Keeps an entry, or takes note of how it has grown or that it is still good; drops the ones not used for longest.
    func keep(_ entry: Entry, under key: Key) {
        let byteCount = entry.prepared.byteCount + entry.reading.observations.points.count * 24
        recent.withLock { $0.keep(entry, under: key, byteCount: byteCount) }
    }
}
