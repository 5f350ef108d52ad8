public import LodeDomain
import Synchronization

/// A clock that stands still until a test moves it; whoever waits on it is woken by that.
public final class QueueClock: Sendable {
    private struct Sleeper {
        var wakesAt: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var nextKey = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// A clock that shows `start`.
    public init(start: Timestamp = Timestamp(microseconds: 1_700_000_000_000_000)) {
        state = Mutex(State(now: start))
    }

    /// The time it shows.
    public var now: Timestamp { state.withLock { $0.now } }

    /// Waits until the clock has moved on by `seconds`; throws `CancellationError` on cancellation.
    public func wait(_ seconds: Double) async throws {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(key, seconds, continuation)
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(key)
                return state.sleepers.removeValue(forKey: key)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes whoever has waited long enough.
    public func advance(bySeconds seconds: Double) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(bySeconds: seconds)
            let due = state.sleepers.filter { $0.value.wakesAt <= state.now }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns once `count` tasks wait on the clock.
    public func sleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.sleepers.count < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    private func enter(_ key: Int, _ seconds: Double, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isCancelled, watchers) = state.withLock { state in
            guard !state.cancelled.contains(key) else {
                return (true, [CheckedContinuation<Void, Never>]())
            }
            state.sleepers[key] = Sleeper(
                wakesAt: state.now.advanced(bySeconds: seconds), continuation: continuation)
            let sleeping = state.sleepers.count
            let ready = state.watchers.filter { $0.count <= sleeping }.map(\.continuation)
            state.watchers.removeAll { $0.count <= sleeping }
            return (false, ready)
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.resume() }
    }
}
