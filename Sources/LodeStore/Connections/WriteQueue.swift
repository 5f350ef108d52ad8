import GRDB
import GRDBSQLite
import LodeDomain
import Synchronization

/// Runs the writes of this process, those that wait together in one transaction.
///
/// A commit costs a sync of the disk, whatever its size. Writes that arrive while another transaction is under way
/// wait, then share the next one, each in a savepoint: one that throws is rolled back alone. All are acknowledged
/// after the commit.
final class WriteQueue: Sendable {
    private let pool: DatabasePool
    private let lock: WriterLock
    private let logSize: LogSize
    private let path: String
    private let busyTimeout: Double
    private let checkpointPages: Int
    private let waiting = Mutex<[PendingWrite]>([])
    /// The size of the log at which the next checkpoint is tried: more than `checkpointPages` where readers stopped one.
    private let checkpointAt: Atomic<Int>

    init(
        pool: DatabasePool, lock: consuming WriterLock, logSize: LogSize, path: String, busyTimeout: Double,
        checkpointPages: Int
    ) {
        self.pool = pool
        self.lock = lock
        self.logSize = logSize
        self.path = path
        self.busyTimeout = busyTimeout
        self.checkpointPages = checkpointPages
        checkpointAt = Atomic(checkpointPages)
    }

    /// Runs `body` in a transaction that is durable when this returns, or has changed nothing when this throws.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let write = PendingWrite(path: path, body: body) { continuation.resume(returning: $0) }
            waiting.withLock { $0.append(write) }
            // Whichever of these blocks runs first takes all that wait; the others find nothing left to do.
            pool.asyncWriteWithoutTransaction { db in self.commitWaiting(db) }
        }
        return try result.get()
    }

    /// Copies the log back into the database file and empties it, as far as readers and other writers permit.
    func emptyLog() throws {
        try pool.writeWithoutTransaction { db in
            do {
                try lock.withLock(timeout: 0) { try checkpoint(db, .truncate) }
            } catch StoreError.busy {
                // Whoever writes has the file open, and will do it.
            }
        }
    }

    /// Lets a restore know that this process has closed the file.
    func markClosed() throws {
        try lock.markClosed()
    }

    private func commitWaiting(_ db: Database) {
        let writes = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !writes.isEmpty else { return }
        do {
            try lock.withLock(timeout: busyTimeout) {
                try db.inTransaction(.immediate) {
                    // A savepoint copies each page that it changes, which a large ingest on its own need not pay for.
                    if writes.count == 1 {
                        try writes[0].run(db)
                    } else {
                        for write in writes { try write.runInSavepoint(db) }
                    }
                    return .commit
                }
                for write in writes { write.acknowledge(nil) }
                if logSize.current >= checkpointAt.load(ordering: .relaxed) {
                    // Keeps the log's file: to overwrite it costs a commit 0.15 ms where to let it grow cost 2.8 ms,
                    // measured on ext4, because the sync then has a new file size to store.
                    try checkpoint(db, .restart)
                }
            }
        } catch {
            // A write that was acknowledged already ignores this: only the checkpoint failed, which the next one repeats.
            let error = StoreError(error, path: path)
            for write in writes { write.acknowledge(error) }
        }
    }

    /// Requires the writer lock, under which both modes get SQLite's own and never fall back to a passive checkpoint.
    private func checkpoint(_ db: Database, _ mode: Database.CheckpointMode) throws {
        // Does not wait for readers: it would make every writer wait with it.
        sqlite3_busy_timeout(db.sqliteConnection, 0)
        defer { sqlite3_busy_timeout(db.sqliteConnection, Int32(busyTimeout * 1000)) }
        do {
            _ = try db.checkpoint(mode)
            logSize.reset()
            checkpointAt.store(checkpointPages, ordering: .relaxed)
        } catch let error as DatabaseError
            where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode)
        {
            // What was committed stays in the log, and is copied back once readers or the disk permit.
            checkpointAt.store(logSize.current + checkpointPages, ordering: .relaxed)
        }
    }
}
