/// Memory that grows by doubling, so that appending n elements costs O(n) in all.
final class GrowableBuffer<Element: BitwiseCopyable> {
    private(set) var pointer: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        pointer = .allocate(capacity: self.capacity)
    }

    deinit {
        pointer.deallocate()
    }

    /// Makes room for `added` more elements, uninitialised, and returns where they begin.
    func grow(_ added: Int) -> UnsafeMutablePointer<Element> {
        if count + added > capacity {
            capacity = max(2 * capacity, count + added)
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
            larger.update(from: pointer, count: count)
            pointer.deallocate()
            pointer = larger
        }
        defer { count += added }
        return pointer + count
    }

    /// Gives back what `grow` made room for in vain.
    func shrink(_ removed: Int) {
        count -= removed
    }
}
