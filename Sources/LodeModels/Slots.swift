/// One place for each iteration of a parallel loop to leave its result in.
///
/// Iteration i may touch slot i only; whoever started the loop reads the slots after it.
final class Slots<Value>: @unchecked Sendable {
    // Safe to share because of the rule above: no two threads touch the same memory.
    private let pointer: UnsafeMutablePointer<Value?>
    private let count: Int

    init(count: Int) {
        self.count = count
        pointer = .allocate(capacity: count)
        pointer.initialize(repeating: nil, count: count)
    }

    deinit {
        pointer.deinitialize(count: count)
        pointer.deallocate()
    }

    subscript(index: Int) -> Value? {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }

    /// The results, in the order of the iterations; traps if one left none.
    var values: [Value] {
        (0..<count).map { index in
            guard let value = pointer[index] else { preconditionFailure("iteration \(index) left no result") }
            return value
        }
    }
}
