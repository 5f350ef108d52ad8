extension ThreadPool {
    /// The results of `body(iteration, slot)` for every iteration in 0 ..< count, in their order.
    ///
    /// See ``forEach(_:_:)`` for what `slot` is and what an iteration may depend on.
    public func map<Value>(
        _ count: Int, _ body: @Sendable (_ iteration: Int, _ slot: Int) -> sending Value
    ) -> [Value] {
        let results = Results<Value>(count: count)
        forEach(count) { iteration, slot in results.set(iteration, body(iteration, slot)) }
        return results.take()
    }

    /// One place for each iteration to leave its result in.
    ///
    /// Safe to share: iteration i touches place i alone, and the loop has ended before anyone reads.
    private final class Results<Value>: @unchecked Sendable {
        private let pointer: UnsafeMutablePointer<Value>
        private let count: Int

        init(count: Int) {
            self.count = count
            pointer = .allocate(capacity: count)
        }

        deinit {
            pointer.deallocate()
        }

        func set(_ index: Int, _ value: sending Value) {
            (pointer + index).initialize(to: value)
        }

        /// Moves all results out; called once, after every iteration has left one.
        func take() -> [Value] {
            Array(unsafeUninitializedCapacity: count) { target, initialized in
                if let base = target.baseAddress { base.moveInitialize(from: pointer, count: count) }
                initialized = count
            }
        }
    }
}
