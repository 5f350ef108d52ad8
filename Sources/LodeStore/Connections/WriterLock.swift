import Glibc
package import LodeDomain

/// Lets one process at a time write or checkpoint a database.
///
/// The invariant: a Lode connection writes, checkpoints, opens or migrates only while its process holds byte 1 of
/// `<database>-lock`. SQLite has a writer lock of its own; this one adds what that lacks:
///
/// 1. No checkpoint runs beside a commit. SQLite before 3.51.3 can lose a commit when a checkpoint starts while
///    another connection's commit starts the log anew. RESTART and TRUNCATE checkpoints hold SQLite's writer lock and
///    are safe, but fall back to the unsafe PASSIVE mode where they do not get it in time. Under this lock they do.
/// 2. A writer that was waiting is next. Byte 0 is a turnstile, held only while waiting for byte 1, so a process that
///    commits in a tight loop queues behind whoever waits. SQLite's waiters poll with sleeps up to 100 ms and may starve.
///
/// Byte 2 is held shared by whoever has the database open, so that a restore can tell whether it is alone.
///
/// The locks belong to the open file (`F_OFD_SETLK`): the kernel drops them when the process dies, however it dies, and
/// two instances in one process exclude each other. The file itself is empty and may stay.
package struct WriterLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Opens the lock file, and makes it where there is none.
    package init(path: String, databasePath: String) throws(StoreError) {
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: databasePath) }
    }

    /// Opens an existing lock file to mark the database as open, nothing else; nil where it cannot be read.
    init?(reading path: String) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    /// Marks the database as open until the lock goes away; throws ``StoreError/busy`` while it is being restored.
    func markOpen() throws {
        guard try set(.presence, F_RDLCK) else { throw StoreError.busy }
    }

    /// Takes the mark back.
    func markClosed() throws {
        try set(.presence, F_UNLCK)
    }

    /// Throws ``StoreError/busy`` where anybody else has the database open; nobody can open it from then on.
    func requireAlone() throws {
        guard try set(.presence, F_WRLCK) else { throw StoreError.busy }
    }

    deinit {
        _ = Glibc.close(descriptor)
    }

    /// Runs `body` while holding the lock; throws ``StoreError/busy`` after `timeout` seconds of waiting.
    package func withLock<Value>(timeout: Double, _ body: () throws -> Value) throws -> Value {
        let deadline = MonotonicClock.seconds + timeout
        try acquire(.turnstile, until: deadline)
        do {
            try acquire(.writer, until: deadline)
        } catch {
            try set(.turnstile, F_UNLCK)
            throw error
        }
        try set(.turnstile, F_UNLCK)
        defer { unlockWriter() }
        return try body()
    }

    /// `F_OFD_SETLK` of Linux's fcntl.h, which Swift's Glibc module leaves out.
    private let setLock: Int32 = 37

    private enum Byte: off_t {
        case turnstile = 0
        case writer = 1
        case presence = 2
    }

    /// Waits for a byte; there is no blocking lock with a time limit, so it asks again after short sleeps.
    ///
    /// A sleep is an eighth of the wait so far: a short wait ends at once, a long one costs little.
    private func acquire(_ byte: Byte, until deadline: Double) throws {
        let start = MonotonicClock.seconds
        while try !set(byte, F_WRLCK) {
            let now = MonotonicClock.seconds
            guard now < deadline else { throw StoreError.busy }
            usleep(UInt32(min(max((now - start) / 8, 50e-6), 2e-3) * 1e6))
        }
    }

    /// Sets or clears a lock; false where another open file holds it.
    @discardableResult
    private func set(_ byte: Byte, _ type: Int32) throws -> Bool {
        var region = flock()
        region.l_type = Int16(type)
        region.l_whence = Int16(SEEK_SET)
        region.l_start = byte.rawValue
        region.l_len = 1
        while fcntl(descriptor, setLock, &region) != 0 {
            switch errno {
            case EINTR: continue
            case EAGAIN, EACCES: return false
            case let code: throw StoreError.engine(code: Int(code), detail: String(cString: strerror(code)))
            }
        }
        return true
    }

    private func unlockWriter() {
        var region = flock()
        region.l_type = Int16(F_UNLCK)
        region.l_whence = Int16(SEEK_SET)
        region.l_start = Byte.writer.rawValue
        region.l_len = 1
        let status = fcntl(descriptor, setLock, &region)
        precondition(status == 0, "cannot release the writer lock: errno \(errno)")
    }
}
