import Glibc

/// Seconds of the kernel's monotonic clock, for time limits on locks.
enum MonotonicClock {
    /// Seconds since some fixed moment; never goes back.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
