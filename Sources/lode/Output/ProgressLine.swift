import Synchronization

/// The state of what goes on: written over itself where a person watches, else a line now and then.
final class ProgressLine: Sendable {
    private struct State {
        var shown = ""
        /// What is over before a line is due writes none.
        var writtenAt = Clock.uptime()
    }

    /// Between lines where nobody watches.
    private static let pauseNanoseconds: UInt64 = 30_000_000_000

    private let notices: Notices
    private let state = Mutex(State())

    init(_ notices: Notices) {
        self.notices = notices
    }

    /// Shows the state; `isNews` is written at once in any case.
    func show(_ text: String, isNews: Bool = false) {
        let now = Clock.uptime()
        let isInteractive = Terminal.isInteractive
        let isDue = state.withLock { state in
            guard text != state.shown else { return false }
            let isDue = isInteractive || isNews || now >= state.writtenAt + Self.pauseNanoseconds
            if isDue { state = State(shown: text, writtenAt: now) }
            return isDue
        }
        guard isDue else { return }
        if isInteractive { notices.overwrite(text) } else { notices.note(text) }
    }

    /// Leaves the last state to be seen.
    func end() {
        if Terminal.isInteractive { notices.note("") }
    }

    /// Takes the state away.
    func clear() {
        if Terminal.isInteractive { notices.overwrite("") }
    }
}
