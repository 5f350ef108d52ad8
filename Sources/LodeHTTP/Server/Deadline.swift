import Synchronization

/// Answers in time, even where the work does not end when it is called off.
///
/// One task looks at all that is under way, a few times a second as long as anything is: a timer for each request would cost
/// as much as a small answer.
package final class Deadline: Sendable {
    private struct Watched {
        var end: ContinuousClock.Instant
        var expire: @Sendable () -> Void
    }

    private struct State {
        var watched: [UInt64: Watched] = [:]
        var lastTicket: UInt64 = 0
        var isWatching = false
    }

    private static let pause = Duration.milliseconds(200)

    private let seconds: Double
    private let state = Mutex(State())

    /// A deadline `seconds` after each beginning, kept to a fifth of a second.
    package init(seconds: Double) {
        self.seconds = seconds
    }

    /// What `work` returns or throws; ``RequestFault/deadlinePassed(seconds:)`` where that takes too long.
    ///
    /// Work that is late is cancelled and left to end by itself. A task of its own: a group would wait for it.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let outcome = Outcome<Value>()
        let task = Task {
            do {
                outcome.set(.success(try await work()))
            } catch {
                outcome.set(.failure(error))
            }
        }
        let ticket = watch { [seconds] in
            if outcome.set(.failure(RequestFault.deadlinePassed(seconds: seconds))) { task.cancel() }
        }
        defer { state.withLock { $0.watched[ticket] = nil } }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            task.cancel()
        }
    }

    private func watch(_ expire: @escaping @Sendable () -> Void) -> UInt64 {
        let end = ContinuousClock.now + .seconds(seconds)
        let (ticket, isFirst) = state.withLock { state in
            state.lastTicket += 1
            state.watched[state.lastTicket] = Watched(end: end, expire: expire)
            defer { state.isWatching = true }
            return (state.lastTicket, !state.isWatching)
        }
        if isFirst { Task { try await self.expireWhatIsLate() } }
        return ticket
    }

    /// Ends when nothing is under way.
    private func expireWhatIsLate() async throws {
        while true {
            // Nobody cancels this task, so that it never ends early.
            try await Task.sleep(for: Self.pause)
            let now = ContinuousClock.now
            let late = state.withLock { state -> [Watched]? in
                guard !state.watched.isEmpty else {
                    state.isWatching = false
                    return nil
                }
                return state.watched.values.filter { $0.end <= now }
            }
            guard let late else { return }
            for one in late { one.expire() }
        }
    }
}

/// The first outcome of some work, for whoever waits for it.
private final class Outcome<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Value, any Error>?
        var result: Result<Value, any Error>?
    }

    private let state = Mutex(State())

    /// False where there was an outcome before.
    @discardableResult
    func set(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Value, any Error>?) in
            guard state.result == nil else { return (false, nil) }
            state.result = result
            return (true, state.continuation)
        }
        waiting?.resume(with: result)
        return isFirst
    }

    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state -> Result<Value, any Error>? in
                if state.result == nil { state.continuation = continuation }
                return state.result
            }
            if let known { continuation.resume(with: known) }
        }
    }
}
