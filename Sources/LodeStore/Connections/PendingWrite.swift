import GRDB
import LodeDomain

/// A write that waits for its transaction.
///
/// Used by one thread at a time: made by the caller, then owned by the writer's queue.
final class PendingWrite: Sendable {
    private let attempt: @Sendable (Database) throws -> Void
    private let settle: @Sendable (StoreError?) -> Void

    /// A write whose outcome goes to `resume`, once.
    init<Value: Sendable>(
        path: String, body: @escaping @Sendable (Database) throws -> Value,
        resume: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        let outcome = WriteOutcome<Value>()
        attempt = { db in outcome.store(.success(try body(db))) }
        settle = { error in
            guard let result = outcome.take(failingWith: error) else { return }
            resume(result)
        }
        reject = { error in outcome.store(.failure(StoreError(error, path: path))) }
    }

    private let reject: @Sendable (any Error) -> Void

    /// Runs the body; what it throws rolls back the transaction.
    func run(_ db: Database) throws {
        try attempt(db)
    }

    /// Runs the body in a savepoint; what it throws rolls back its part and is kept for the caller.
    ///
    /// Throws where the error took the whole transaction with it, such as a full disk.
    func runInSavepoint(_ db: Database) throws {
        do {
            try db.inSavepoint {
                try attempt(db)
                return .commit
            }
        } catch {
            guard db.isInsideTransaction else { throw error }
            reject(error)
        }
    }

    /// Tells the caller how the transaction ended; only the first call counts.
    func acknowledge(_ error: StoreError?) {
        settle(error)
    }
}
