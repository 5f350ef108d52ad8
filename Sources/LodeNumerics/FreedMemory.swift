internal import CLodeKernels

/// What becomes of memory that a process has freed.
public enum FreedMemory {
    /// Keeps up to 256 MiB of freed memory for the next allocations, where the C library would give it back at once.
    ///
    /// For processes that do the same work over and over, as training does: asking the kernel for the same pages at every
    /// step takes up to a third of its time. It concerns the whole process, so that programs call it and libraries do not.
    public static func keep() {
        // 32 MiB is the most that glibc takes from its heap. A library that takes no advice is only slower.
        _ = lode_keep_freed_memory(256 << 20, 32 << 20)
    }
}
