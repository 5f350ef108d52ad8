import Glibc

extension LodeDatabase {
    /// A number that is another one after any process has committed, for a system call's cost.
    ///
    /// It is made of the write-ahead log's size and time of change. Two commits within the kernel's timer tick (some
    /// milliseconds) may look like one, so whoever waits for a change still looks now and then.
    public func changeMark() -> UInt64 {
        var status = stat()
        guard stat(path + "-wal", &status) == 0 else { return 0 }
        let nanoseconds = UInt64(bitPattern: Int64(status.st_mtim.tv_sec)) &* 1_000_000_000
        return (nanoseconds &+ UInt64(bitPattern: Int64(status.st_mtim.tv_nsec))) &* 31 &+ UInt64(status.st_size)
    }
}
