import Foundation
import GRDB
import Glibc
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

    /// What an opening is for.
    public enum Access: Hashable, Sendable {
        /// Reading and writing; waits while another process writes.
        case writing
        /// Reading alone: while another process holds the writer lock, the file is opened without it.
        case reading
    }

    /// The database file.
    public let path: String
    /// Whether writes are refused with ``StoreError/readOnly(path:)``: the file was opened for reading alone.
    public var isReadOnly: Bool { writes == nil }

    let pool: DatabasePool
    private let writes: WriteQueue?
    /// Tells a restore that the file is open; nil where ``writes`` does, or there is no lock file.
    private let presence: PresenceMark?

    /// A database that was opened for reading alone.
    convenience init(reading pool: DatabasePool, path: String, presence: PresenceMark?) {
        self.init(path: path, pool: pool, writes: nil, presence: presence)
    }

    private init(path: String, pool: DatabasePool, writes: WriteQueue?, presence: PresenceMark?) {
        self.path = path
        self.pool = pool
        self.writes = writes
        self.presence = presence
    }

    /// Opens the database at `path`; makes it where there is none.
    ///
    /// Throws what ``open(at:for:options:)`` throws, except for a missing file.
    public static func create(
        at path: String, options: Options = Options()
    ) throws(StoreError) -> LodeDatabase {
        try openForWriting(path, options: options, mayCreate: true, schema: .current)
    }

    /// Opens an existing database, and brings an older one to this version's schema.
    ///
    /// An older one is first copied to `<path>.schema-<version>.backup`. A file that cannot be written, or lies in a folder
    /// that cannot, is opened for reading alone, on a disk that is mounted read-only without its log.
    ///
    /// Throws ``StoreError/databaseMissing(path:)``, ``StoreError/notADatabase(path:)``,
    /// ``StoreError/databaseTooNew(path:found:supported:)``, or ``StoreError/readOnly(path:)`` where an older file cannot be
    /// brought up to date or one with a log cannot be read. Nothing is written to a file that is refused.
    public static func open(
        at path: String, for access: Access = .writing, options: Options = Options()
    ) throws(StoreError) -> LodeDatabase {
        guard FileManager.default.fileExists(atPath: path) else { throw .databaseMissing(path: path) }
        guard Glibc.access(path, W_OK) == 0 else {
            return try openForReading(path, options: options, schema: .current)
        }
        do {
            // A short wait lets a commit pass; a long ingest is not waited for.
            return try openForWriting(
                path, options: options, mayCreate: false, schema: .current,
                lockTimeout: access == .reading ? min(0.2, options.busyTimeout) : options.busyTimeout)
        } catch {
            switch error {
            case .readOnly: return try openForReading(path, options: options, schema: .current)
            case .busy where access == .reading, .diskFull where access == .reading:
                return try openForReading(path, options: options, schema: .current)
            default: throw error
            }
        }
    }

    /// Opens with another schema than this build's, for tests of migrations.
    package static func openForWriting(
        _ path: String, options: Options, mayCreate: Bool, schema: Schema, lockTimeout: Double? = nil
    ) throws(StoreError) -> LodeDatabase {
        let lock = try WriterLock(path: path + "-lock", databasePath: path)
        let logSize = LogSize()
        let pool: DatabasePool
        do {
            try lock.markOpen()
            // Opening may write: SQLite's recovery, the switch to WAL, the migrations.
            pool = try lock.withLock(timeout: lockTimeout ?? options.busyTimeout) {
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
        let writes = WriteQueue(
            pool: pool, lock: lock, logSize: logSize, path: path, busyTimeout: options.busyTimeout,
            checkpointPages: options.checkpointPages)
        return LodeDatabase(path: path, pool: pool, writes: writes, presence: nil)
    }

    /// Copies the write-ahead log back and closes the file; what is called afterwards throws.
    ///
    /// Leaves the log to whoever is writing at the moment.
    public func close() throws(StoreError) {
        do {
            try writes?.emptyLog()
            // Readers first: SQLite removes the log with the last connection, if that one can write.
            pool.invalidateReadOnlyConnections()
            try pool.close()
            try writes?.markClosed()
            try presence?.clear()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs `body` in a transaction that is durable when this returns, or has changed nothing when this throws.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        guard let writes else { throw .readOnly(path: path) }
        return try await writes.write(body)
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

    /// Runs `body` on one committed state, on a connection of its own, so that a read that waits for its consumer takes none
    /// from the others.
    func readApart<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let path = path
        let snapshot: DatabaseSnapshot
        do {
            snapshot = try pool.makeSnapshot()
        } catch {
            throw StoreError(error, path: path)
        }
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            snapshot.asyncRead { [snapshot] database in
                continuation.resume(
                    returning: Result { try body(database.get()) }.mapError { StoreError($0, path: path) })
                // The connection closes with its last reference, not while it reads.
                withExtendedLifetime(snapshot) {}
            }
        }
        return try result.get()
    }
}
