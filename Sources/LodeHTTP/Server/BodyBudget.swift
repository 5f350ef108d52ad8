import Synchronization

/// Bounds how many bytes of bodies are held at once, however many clients send.
final class BodyBudget: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// What one request has taken; given back when it is dropped.
    final class Loan: Sendable {
        private let budget: BodyBudget
        private let amount = Mutex(0)

        init(_ budget: BodyBudget) {
            self.budget = budget
        }

        /// Throws ``RequestFault/bodiesTooMany`` where there is no room.
        func take(_ count: Int) throws(RequestFault) {
            let own = amount.withLock { $0 }
            let hasRoom = budget.taken.withLock { taken in
                // One alone is always taken, so that no limit keeps a body from ever coming in.
                guard taken == own || taken + count <= budget.limit else { return false }
                taken += count
                return true
            }
            guard hasRoom else { throw .bodiesTooMany }
            amount.withLock { $0 += count }
        }

        func giveBack(_ count: Int) {
            amount.withLock { $0 -= count }
            budget.taken.withLock { $0 -= count }
        }

        deinit { budget.taken.withLock { $0 -= amount.withLock { $0 } } }
    }
}
