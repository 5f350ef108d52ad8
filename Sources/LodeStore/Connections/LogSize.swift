import GRDB
import GRDBSQLite
import Synchronization

/// How many pages the write-ahead log held after this process's last commit.
final class LogSize: Sendable {
    private let pages = Atomic<Int>(0)

    /// The pages in the log.
    var current: Int { pages.load(ordering: .relaxed) }

    /// Follows the commits of a connection, which must not outlive this object.
    func observe(_ db: Database) {
        sqlite3_wal_hook(
            db.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogSize>.fromOpaque(context).takeUnretainedValue().pages
                    .store(Int(pages), ordering: .relaxed)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque())
    }

    /// Notes that a checkpoint emptied the log.
    func reset() { pages.store(0, ordering: .relaxed) }
}
