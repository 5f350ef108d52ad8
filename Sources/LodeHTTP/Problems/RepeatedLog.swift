package import Logging
import Synchronization

/// Logs what goes wrong again and again once in a while, with how often it was left out.
package final class RepeatedLog: Sendable {
    private struct Entry {
        var loggedAt: UInt64
        var leftOut = 0
    }

    private static let pauseNanoseconds: UInt64 = 10_000_000_000
    /// Beyond so many different lines all are forgotten, so that they take no memory without end.
    private static let mostEntries = 1000

    private let uptime: @Sendable () -> UInt64
    private let entries = Mutex<[String: Entry]>([:])

    package init(uptime: @escaping @Sendable () -> UInt64) {
        self.uptime = uptime
    }

    /// Logs where nothing was logged under `key` for ten seconds.
    package func log(_ logger: Logger, _ level: Logger.Level, _ message: Logger.Message, key: String, error: String) {
        let now = uptime()
        let leftOut = entries.withLock { entries -> Int? in
            // Of two threads the one that looked at the clock first may come second.
            if let entry = entries[key], now < entry.loggedAt + Self.pauseNanoseconds {
                entries[key]?.leftOut += 1
                return nil
            }
            if entries.count >= Self.mostEntries { entries = [:] }
            return entries.updateValue(Entry(loggedAt: now), forKey: key)?.leftOut ?? 0
        }
        guard let leftOut else { return }
        var metadata: Logger.Metadata = ["error": .string(error)]
        if leftOut > 0 { metadata["repeatsLeftOut"] = .stringConvertible(leftOut) }
        logger.log(level: level, message, metadata: metadata)
    }
}
