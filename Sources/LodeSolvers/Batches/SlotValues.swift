internal import LodeNumerics

/// One value for each thread of a pool, made when the thread first asks.
///
/// Safe to share: a slot is used by one thread at a time (see `ThreadPool.forEach`), and slots are apart in memory.
final class SlotValues<Value>: @unchecked Sendable {
    private let values: UnsafeMutablePointer<Value?>
    private let count: Int

    init(count: Int) {
        self.count = count
        values = .allocate(capacity: count)
        values.initialize(repeating: nil, count: count)
    }

    deinit {
        values.deinitialize(count: count)
        values.deallocate()
    }

    func value(_ slot: Int, _ make: () -> Value) -> Value {
        if let value = values[slot] { return value }
        let value = make()
        values[slot] = value
        return value
    }
}
