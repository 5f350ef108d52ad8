import LodeHTTP
import Logging
import Synchronization
import Testing

@Suite struct RepeatedLogTests {
    /// Keeps what is logged.
    private struct Lines: LogHandler {
        final class Kept: Sendable {
            let lines = Mutex<[String]>([])
        }

        let kept: Kept
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let leftOut = event.metadata?["repeatsLeftOut"].map { " \($0)" } ?? ""
            kept.lines.withLock { $0.append("\(event.message)\(leftOut)") }
        }
    }

    @Test func `what goes wrong again is told once in ten seconds, in whatever order threads looked at the clock`() {
        let seconds = Mutex<[UInt64]>([100, 99, 100, 109, 111, 104, 111, 122])
        let kept = Lines.Kept()
        let logger = Logger(label: "test") { _ in Lines(kept: kept) }
        let log = RepeatedLog { seconds.withLock { $0.removeFirst() } * 1_000_000_000 }
        for key in ["a", "a", "b", "a", "a", "a", "b", "a"] {
            log.log(logger, .warning, "\(key)", key: key, error: "e")
        }
        #expect(kept.lines.withLock { $0 } == ["a", "b", "a 2", "b", "a 1"])
    }
}
