import GRDB
import Glibc
import LodeDomain

extension StoreError {
    /// The one mapping of what GRDB, SQLite and the operating system report.
    ///
    /// Messages of SQLite name tables and columns, never values.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            self.init(
                sqliteCode: error.extendedResultCode.rawValue,
                detail: error.message ?? error.extendedResultCode.description, path: path)
        case let error: self = .engine(code: -1, detail: String(describing: type(of: error)))
        }
    }

    /// Maps an extended result code of SQLite.
    package init(sqliteCode code: Int32, detail: String, path: String) {
        switch (ResultCode(rawValue: code).primaryResultCode, ResultCode(rawValue: code)) {
        // The shared memory of the write-ahead log could not grow.
        case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_SHMSIZE): self = .diskFull
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _): self = .busy
        case (.SQLITE_READONLY, _), (.SQLITE_PERM, _): self = .readOnly(path: path)
        // SQLite passes on that too many files are open as the code of the system call, or as that it cannot open the file.
        case (.SQLITE_CANTOPEN, _): self = .cannotOpen(path: path)
        case (.SQLITE_CORRUPT, _): self = .corrupt(detail: detail)
        case (.SQLITE_NOTADB, _): self = .notADatabase(path: path)
        default: self = .engine(code: Int(code), detail: detail)
        }
    }

    /// Maps a failed system call on the database's folder.
    package init(errno code: Int32, path: String) {
        switch code {
        case ENOSPC, EDQUOT: self = .diskFull
        case EACCES, EPERM, EROFS: self = .readOnly(path: path)
        case EMFILE, ENFILE, EISDIR: self = .cannotOpen(path: path)
        case ENOENT, ENOTDIR: self = .databaseMissing(path: path)
        default: self = .engine(code: Int(code), detail: String(cString: strerror(code)))
        }
    }
}
