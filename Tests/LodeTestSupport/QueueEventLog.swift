public import LodeJobs
import Synchronization

/// Keeps what a processor did, in order, and lets a test wait for it.
public final class QueueEventLog: JobObserver {
    private struct State {
        var events: [JobEvent] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// An empty log.
    public init() {}

    /// Adds an event.
    public func observe(_ event: JobEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            let count = state.events.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return ready
        }
        for watcher in ready { watcher.resume() }
    }

    /// The first `count` events, once there are as many.
    public func first(_ count: Int) async -> [JobEvent] {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.events.count < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
        return state.withLock { Array($0.events.prefix(count)) }
    }
}
