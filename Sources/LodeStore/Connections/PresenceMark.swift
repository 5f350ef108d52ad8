import Glibc
import LodeDomain

/// Marks a database as open, by a process that only reads it; see ``WriterLock`` for the byte that is locked.
final class PresenceMark: Sendable {
    private let lock: WriterLock

    /// Nil where there is no lock file, or it cannot be read: then nobody can restore over the database either.
    ///
    /// Throws ``StoreError/busy`` while the database is being restored.
    init?(path: String) throws(StoreError) {
        guard let lock = WriterLock(reading: path) else { return nil }
        self.lock = lock
        do {
            try self.lock.markOpen()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Takes the mark back.
    func clear() throws {
        try lock.markClosed()
    }
}
