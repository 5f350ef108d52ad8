import Foundation
import GRDB
import LodeDomain

/// Looks at SQLite, the file and the disk.
struct EngineExamination {
    let path: String

    /// Below this much free space a warning, in bytes: a few checkpoints and a snapshot of a large model.
    private let scarceBytes = 1 << 30
    /// Below this much the next ingest may fail.
    private let criticalBytes = 64 << 20
    /// A log of more than this means that a reader has kept checkpoints from finishing.
    private let longLogBytes = 256 << 20

    func findings(_ db: Database) throws -> [Finding] {
        [try sqlite(db), try schema(db), try integrity(db), try space(db), disk(), log()]
    }

    private func sqlite(_ db: Database) throws -> Finding {
        let version = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "?"
        let parts = version.split(separator: ".").compactMap { Int($0) }
        let hasRace = parts.lexicographicallyPrecedes([3, 51, 3])
        return Finding(
            "sqlite-version", .ok,
            "SQLite \(version)"
                + (hasRace ? "; its race between checkpoints and commits is kept out by Lode's writer lock." : "."),
            advice: hasRace ? "Open the file with other programs read-only while Lode runs." : nil)
    }

    private func schema(_ db: Database) throws -> Finding {
        Finding("schema-version", .ok, "Schema version \(try Schema.current.present(db)), the newest this Lode knows.")
    }

    private func integrity(_ db: Database) throws -> Finding {
        let problems = try IntegrityCheck.problems(db)
        guard let first = problems.first else {
            return Finding("integrity", .ok, "Every page and index is sound.")
        }
        return Finding(
            "integrity", .error, "The file is damaged: \(first) (\(problems.count) problems or more).",
            advice: "Stop Lode, keep a copy of the file, and restore the last backup with `lode restore`.")
    }

    private func space(_ db: Database) throws -> Finding {
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let size = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        let message =
            "\(Self.mebibytes(pages * size)) in the file, \(Self.mebibytes(free * size)) of it free for new data."
        guard pages > 1000, free > pages / 2 else { return Finding("file-space", .ok, message) }
        return Finding(
            "file-space", .warning, message,
            advice: "More than half of the file is empty after deletions. To shrink it, stop Lode and run VACUUM.")
    }

    private func disk() -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding("disk-space", .warning, "The free space of the disk cannot be read (error \(errno)).")
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let message = "\(Self.mebibytes(free)) free on the disk."
        guard free < scarceBytes else { return Finding("disk-space", .ok, message) }
        return Finding(
            "disk-space", free < criticalBytes ? .error : .warning, message,
            advice: "Free some space: writes fail when the disk is full. Nothing that was written is lost then.")
    }

    private func log() -> Finding {
        var status = stat()
        let size = stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
        let message = "\(Self.mebibytes(size)) in the write-ahead log."
        guard size > longLogBytes else { return Finding("log-size", .ok, message) }
        return Finding(
            "log-size", .warning, message,
            advice: "A long read keeps the log from being copied back. It shrinks once that read has ended.")
    }

    private static func mebibytes(_ bytes: Int) -> String {
        String(format: "%.1f MiB", Double(bytes) / 1_048_576)
    }
}
