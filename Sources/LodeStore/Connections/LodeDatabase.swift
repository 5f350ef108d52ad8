import Foundation
import GRDB
public import LodeDomain

/// A Lode database file, opened by this process.
///
/// One instance serves a whole process, from any thread. Other processes may have the same file open; what makes that
/// safe is told in ``WriterLock`` and docs/formats/database.md:
///
/// 1. A write returns after its transaction is in the write-ahead log and the log is synced: it survives `kill -9`
///    and a power cut.
/// 2. At any moment one Lode process at most writes or checkpoints.
/// 3. Reads see one committed state, and neither wait for writes nor hold them up.
public final class LodeDatabase: Sendable {
    /// How a database is opened.
    public struct Options: Hashable, Sendable {
        /// How long a write waits for other processes before it throws ``StoreError/busy``, in seconds.
        public var busyTimeout: Double
        /// After how many pages (of 4 KiB) the write-ahead log is copied back into the database file.
        public var checkpointPages: Int
        /// The most reads that run at once; more wait.
        public var readerCount: Int

        /// Options; the defaults suit a daemon, a worker and a command line alike.
        public init(busyTimeout: Double = 10, checkpointPages: Int = 4096, readerCount: Int = 5) {
            self.busyTimeout = busyTimeout
            self.checkpointPages = checkpointPages
            self.readerCount = readerCount
        }
    }

    /// The database file.
    public let path: String

    let pool: DatabasePool
    let writes: WriteQueue

    /// Opens the database at `path`; makes it where there is none.
    ///
    /// Throws what ``open(at:options:)`` throws, except for a missing file.
    public static func create(
        at path: String, options: Options = Options()
    ) throws(StoreError) -> LodeDatabase {
        try LodeDatabase(path: path, options: options, mayCreate: true, schema: .current)
    }

    /// Opens an existing database, and brings an older one to this version's schema.
    ///
    /// An older one is first copied to `<path>.schema-<version>.backup`.
    ///
    /// Throws ``StoreError/databaseMissing(path:)``, ``StoreError/notADatabase(path:)``,
    /// ``StoreError/databaseTooNew(path:found:supported:)``, or ``StoreError/readOnly(path:)`` where the file or its
    /// folder cannot be written. Nothing is written to a file that is refused.
    public static func open(
        at path: String, options: Options = Options()
    ) throws(StoreError) -> LodeDatabase {
        guard FileManager.default.fileExists(atPath: path) else { throw .databaseMissing(path: path) }
        return try LodeDatabase(path: path, options: options, mayCreate: false, schema: .current)
    }

    /// Opens with another schema than this build's, for tests of migrations.
    package init(path: String, options: Options, mayCreate: Bool, schema: Schema) throws(StoreError) {
        let lock = try WriterLock(path: path + "-lock", databasePath: path)
        let logSize = LogSize()
        do {
            try lock.markOpen()
            // Opening may write: SQLite's recovery, the switch to WAL, the migrations.
            pool = try lock.withLock(timeout: options.busyTimeout) {
                let pool = try DatabasePool(
                    path: path,
                    configuration: .lode(path: path, mayCreate: mayCreate, schema: schema, options: options))
                let present = try pool.read { db in try schema.present(db) }
                if (1..<schema.version).contains(present) {
                    try BackupFile.copyBeforeMigrating(pool, path: path, version: present)
                }
                try pool.writeWithoutTransaction { db in
                    // GRDB chooses NORMAL for WAL, which loses the last commits in a power cut.
                    try db.execute(sql: "PRAGMA synchronous = FULL")
                    try schema.migrate(db)
                    logSize.observe(db)
                }
                return pool
            }
        } catch {
            throw StoreError(error, path: path)
        }
        self.path = path
        writes = WriteQueue(
            pool: pool, lock: lock, logSize: logSize, path: path, busyTimeout: options.busyTimeout,
            checkpointPages: options.checkpointPages)
    }

    /// Copies the write-ahead log back and closes the file; what is called afterwards throws.
    public func close() throws(StoreError) {
        do {
            try writes.emptyLog()
            try pool.close()
            try writes.markClosed()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs `body` in a transaction that is durable when this returns, or has changed nothing when this throws.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await writes.write(body)
    }

    /// Runs `body` on one committed state of the database.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let path = path
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            // GRDB's async read would stop on the task's cancellation; a store has no such outcome.
            pool.asyncRead { database in
                continuation.resume(
                    returning: Result { try body(database.get()) }.mapError { StoreError($0, path: path) })
            }
        }
        return try result.get()
    }
}
