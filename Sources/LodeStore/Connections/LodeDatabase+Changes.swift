import Glibc

extension LodeDatabase {
    /// A number that is another one after any process has committed, for a system call's cost.
    ///
    /// It is made of the write-ahead log's size and time of change. Two commits within the kernel's timer tick (some
    /// milliseconds) may look like one, so whoever waits for a change still looks now and then.
    public func changeMark() -> UInt64 { logStatus().map(Self.mark) ?? 0 }

    /// A number that stands for all that is committed, for a system call's cost; nil where the last commit is so recent that
    /// another one could look the same.
    ///
    /// As long as it stays the same, nothing that was read after it was taken has changed.
    public func settledMark() -> UInt64? {
        guard let status = logStatus() else { return nil }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let seconds = Double(now.tv_sec - status.st_mtim.tv_sec)
        let age = seconds + Double(now.tv_nsec - status.st_mtim.tv_nsec) * 1e-9
        // The kernel's clock for files ticks every few milliseconds. A negative age is a clock that was set back.
        return age > 0.05 ? Self.mark(status) : nil
    }

    private func logStatus() -> stat? {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? status : nil
    }

    private static func mark(_ status: stat) -> UInt64 {
        let nanoseconds = UInt64(bitPattern: Int64(status.st_mtim.tv_sec)) &* 1_000_000_000
        return (nanoseconds &+ UInt64(bitPattern: Int64(status.st_mtim.tv_nsec))) &* 31 &+ UInt64(status.st_size)
    }
}
