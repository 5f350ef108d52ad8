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

    private struct Slot {
        var entry: Entry
        var byteCount: Int
        var lastUse: UInt64
    }

    private struct State {
        var slots: [Key: Slot] = [:]
        var byteCount = 0
        var clock: UInt64 = 0
    }

    private let budget: Int
    private let state = Mutex(State())

    /// A cache of up to `budget` bytes; 0 keeps nothing.
    init(budget: Int) {
        self.budget = budget
    }

    /// What is kept under a key.
    func entry(_ key: Key) -> Entry? {
        state.withLock { state in
            guard var slot = state.slots[key] else { return nil }
            state.clock += 1
            slot.lastUse = state.clock
            state.slots[key] = slot
            return slot.entry
        }
    }

    /// Keeps an entry, or takes note of how it has grown or that it is still good; drops the ones not used for longest.
    func keep(_ entry: Entry, under key: Key) {
        let byteCount = entry.prepared.byteCount + entry.reading.observations.points.count * 24
        state.withLock { state in
            state.clock += 1
            state.byteCount += byteCount - (state.slots[key]?.byteCount ?? 0)
            state.slots[key] = Slot(entry: entry, byteCount: byteCount, lastUse: state.clock)
            while state.byteCount > budget, let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.byteCount -= oldest.value.byteCount
                state.slots[oldest.key] = nil
            }
        }
    }
}
