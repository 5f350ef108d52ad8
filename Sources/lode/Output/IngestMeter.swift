import LodeService

/// Shows how far a long ingest is, how fast, and how long it will take.
struct IngestMeter: Sendable {
    private let isInteractive: Bool
    private let start = Clock.uptime()

    /// Writes over its own line where a person watches, else a line each time.
    init(isInteractive: Bool) {
        self.isInteractive = isInteractive
    }

    /// Shows the state.
    var show: @Sendable (IngestProgress) -> Void {
        let (isInteractive, start) = (isInteractive, start)
        return { progress in
            guard progress.bytesRead < progress.byteCount else { return }
            let seconds = max(Double(Clock.uptime() - start) / 1e9, 1e-3)
            let share = Double(progress.bytesRead) / Double(max(progress.byteCount, 1))
            let left = share > 0 ? seconds / share - seconds : 0
            let text =
                "\(NumberText.percent(share)), \(progress.rows) rows, "
                + "\(NumberText.fixed(Double(progress.rows) / seconds / 1000, 0))k rows/s, "
                + "\(NumberText.fixed(left, 0)) s left"
            if isInteractive { Terminal.overwrite(text) } else { Terminal.note(text) }
        }
    }

    /// Shows how much of a packed or piped input has been unpacked.
    func showUnpacked(_ bytes: Int) {
        guard isInteractive, bytes > 1 << 25 else { return }
        Terminal.overwrite("unpacked \(bytes >> 20) MiB")
    }

    /// Takes the line away.
    func clear() {
        if isInteractive { Terminal.overwrite("") }
    }
}
