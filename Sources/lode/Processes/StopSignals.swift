import UnixSignals

/// Waits for SIGTERM or SIGINT, several times if need be.
struct StopSignals {
    private let signals: UnixSignalsSequence

    /// From now on these signals no longer end the process by themselves.
    init() async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Returns with the `count`-th signal, or where the task is cancelled.
    ///
    /// Signals within a second are one: Ctrl-C reaches `lode up` and its children, which the former asks to stop as well.
    func arrival(_ count: Int) async {
        var seen = 0
        var last: UInt64 = 0
        for await _ in signals {
            let now = Clock.uptime()
            if seen > 0, now - last < 1_000_000_000 { continue }
            last = now
            seen += 1
            if seen == count { return }
        }
    }
}
