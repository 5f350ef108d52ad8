import LodeService

/// Shows how far a long ingest is, how fast, and how long it will take.
struct IngestMeter: Sendable {
    private let line: ProgressLine
    private let start = Clock.uptime()

    /// Shows it by `notices`.
    init(_ notices: Notices) {
        line = ProgressLine(notices)
    }

    /// Shows the state.
    var show: @Sendable (IngestProgress) -> Void {
        let (line, start) = (line, start)
        return { progress in
            guard progress.bytesRead < progress.byteCount else { return }
            let seconds = max(Double(Clock.uptime() - start) / 1e9, 1e-3)
            let share = Double(progress.bytesRead) / Double(max(progress.byteCount, 1))
            let left = share > 0 ? seconds / share - seconds : 0
            // What is sent to a daemon is counted there.
            let pace =
                progress.rows > 0
                ? "\(progress.rows) rows, \(NumberText.fixed(Double(progress.rows) / seconds / 1000, 0))k rows/s"
                : "\(NumberText.fixed(Double(progress.bytesRead) / seconds / 1e6, 0)) MB/s"
            line.show("\(NumberText.percent(share)), \(pace), \(NumberText.fixed(left, 0)) s left")
        }
    }

    /// Shows how much of a packed or piped input has been unpacked.
    func showUnpacked(_ bytes: Int) {
        guard bytes > 1 << 25 else { return }
        line.show("unpacked \(bytes >> 20) MiB")
    }

    /// Takes the line away.
    func clear() { line.clear() }
}
