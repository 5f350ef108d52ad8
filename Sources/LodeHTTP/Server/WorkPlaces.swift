import Synchronization

/// Lets so many pieces of heavy work run at once, so many more wait in line, and turns the rest away.
final class WorkPlaces: Sendable {
    private struct State {
        var running = 0
        var lastTicket: UInt64 = 0
        /// Those that wait, the first one first.
        var waiting: [(ticket: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let places: Int
    private let line: Int
    private let state = Mutex(State())

    /// `places` run, `line` wait.
    init(places: Int, line: Int) {
        self.places = places
        self.line = line
    }

    /// Does `work` when its turn comes; throws ``RequestFault/questionsTooMany`` where the line is full, and
    /// `CancellationError` where it is called off before.
    func run<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await work()
    }

    private func enter() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.running < places {
                        state.running += 1
                        return .success(())
                    }
                    guard state.waiting.count < line else { return .failure(RequestFault.questionsTooMany) }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let calledOff = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.waiting.remove(at: index).continuation
            }
            calledOff?.resume(throwing: CancellationError())
        }
    }

    /// Hands the place to the next in line.
    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }
}
