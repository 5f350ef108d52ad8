import Glibc
import LodeDomain
import LodeStore
import Testing

@Suite struct StoreErrorMappingTests {
    /// Result codes of sqlite3.h, and what they mean for a Lode database at `p`.
    private static let sqlite: [(code: Int32, error: StoreError)] = [
        (5, .busy), (5 | 2 << 8, .busy), (6, .busy), (13, .diskFull), (10 | 19 << 8, .diskFull),
        (8, .readOnly(path: "p")), (8 | 4 << 8, .readOnly(path: "p")), (3, .readOnly(path: "p")),
        (14, .cannotOpen(path: "p")), (11, .corrupt(detail: "d")), (26, .notADatabase(path: "p")),
        (10, .engine(code: 10, detail: "d")),
        (19 | 8 << 8, .engine(code: 2067, detail: "d")),
    ]

    @Test(arguments: sqlite)
    func `a result code of SQLite becomes the error that names the cause`(code: Int32, error: StoreError) {
        #expect(StoreError(sqliteCode: code, detail: "d", path: "p") == error)
    }

    @Test(arguments: [
        (ENOSPC, StoreError.diskFull), (EDQUOT, .diskFull), (EACCES, .readOnly(path: "p")),
        (EROFS, .readOnly(path: "p")), (EMFILE, .cannotOpen(path: "p")), (ENOENT, .databaseMissing(path: "p")),
    ])
    func `a failed system call becomes the error that names the cause`(code: Int32, error: StoreError) {
        #expect(StoreError(errno: code, path: "p") == error)
    }
}
