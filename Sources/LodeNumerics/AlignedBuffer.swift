/// Memory for kernels, aligned to 64 bytes, freed with its last reference.
///
/// A buffer belongs to one thread at a time; nothing in it synchronises.
public final class AlignedBuffer<Element: BitwiseCopyable> {
    /// The first element.
    public let pointer: UnsafeMutablePointer<Element>
    /// How many elements there are.
    public let count: Int

    /// Memory for `count` elements, all zero.
    public convenience init(count: Int) {
        self.init(uninitializedCount: count)
        clear()
    }

    /// Memory for `count` elements that are all written before they are read.
    public init(uninitializedCount count: Int) {
        precondition(count >= 0, "a buffer of \(count) elements")
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64)
        pointer = raw.bindMemory(to: Element.self, capacity: max(count, 1))
    }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
    }

    /// Sets every element to zero bytes, which are a valid value of every BitwiseCopyable number that is kept here.
    public func clear() {
        UnsafeMutableRawPointer(pointer).initializeMemory(
            as: UInt8.self, repeating: 0, count: count * MemoryLayout<Element>.stride)
    }
}
