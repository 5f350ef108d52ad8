internal import CMalloc

/// What becomes of memory that a process has freed.
public enum FreedMemory {
    /// Keeps up to 256 MiB of freed memory for the next allocations, where the C library would give it back at once.
    ///
    /// For processes that do the same work over and over, as training does: asking the kernel for the same pages at every
    /// step takes up to a third of its time. It concerns the whole process, so that programs call it and libraries do not.
    public static func keep() {
        // 32 MiB is the most that glibc takes from its heap. Where it takes no advice, it is only slower.
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 256 << 20)
    }
}
