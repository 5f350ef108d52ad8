import Synchronization

/// Answers in time, even where the work does not end when it is called off.
enum Deadline {
    private struct State<Value> {
        var continuation: CheckedContinuation<Value, any Error>?
        var result: Result<Value, any Error>?
    }

    /// The first outcome, for whoever waits for it.
    private final class Outcome<Value: Sendable>: Sendable {
        private let state = Mutex(State<Value>())

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

    /// What `work` returns or throws; ``RequestFault/deadlinePassed(seconds:)`` where that takes longer than `seconds`.
    ///
    /// Work that is late is cancelled and left to end by itself. A task of its own: a group would wait for it.
    static func run<Value: Sendable>(
        seconds: Double, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let outcome = Outcome<Value>()
        let task = Task {
            do {
                outcome.set(.success(try await work()))
            } catch {
                outcome.set(.failure(error))
            }
        }
        let timer = Task {
            try await Task.sleep(for: .seconds(seconds))
            if outcome.set(.failure(RequestFault.deadlinePassed(seconds: seconds))) { task.cancel() }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            task.cancel()
        }
    }
}
