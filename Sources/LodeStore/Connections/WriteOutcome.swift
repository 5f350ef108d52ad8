import LodeDomain
import Synchronization

/// What a write's body returned, until its transaction has committed.
final class WriteOutcome<Value: Sendable>: Sendable {
    private enum State {
        case unknown
        case known(Result<Value, StoreError>)
        case taken
    }

    private let state = Mutex(State.unknown)

    /// Keeps what the body returned or threw.
    func store(_ result: Result<Value, StoreError>) {
        state.withLock { $0 = .known(result) }
    }

    /// The outcome, once: `error` where the transaction failed, else what the body returned or threw.
    func take(failingWith error: StoreError?) -> Result<Value, StoreError>? {
        state.withLock { state in
            switch (state, error) {
            case (.taken, _): return nil
            case (_, let error?):
                state = .taken
                return .failure(error)
            case (.known(let result), nil):
                state = .taken
                return result
            case (.unknown, nil):
                preconditionFailure("acknowledged before it ran")
            }
        }
    }
}
