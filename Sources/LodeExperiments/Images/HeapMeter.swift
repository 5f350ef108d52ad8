internal import CMalloc
internal import Synchronization

/// The most memory that was in use at once, by the allocator's own count, between the times it was asked.
final class HeapMeter: Sendable {
    private let most = Atomic<Int>(0)

    /// Bytes that are allocated at the moment, in the whole process.
    private static var live: Int {
        let info = mallinfo2()
        return Int(info.uordblks + info.hblkhd)
    }

    /// Notes what is in use now.
    func sample() {
        let now = Self.live
        var seen = most.load(ordering: .relaxed)
        while seen < now {
            let result = most.compareExchange(expected: seen, desired: now, ordering: .relaxed)
            if result.exchanged { return }
            seen = result.original
        }
    }

    /// The most that `body` had in use beyond what there was before it, at the times that it sampled, in bytes.
    func peak<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Int {
        let before = Self.live
        most.store(before, ordering: .relaxed)
        try body()
        return most.load(ordering: .relaxed) - before
    }
}
