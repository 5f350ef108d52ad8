internal import Foundation
public import LodeDomain
public import LodeJobs
internal import LodeService

/// Copies the database to a folder, and keeps the newest copies there.
public struct BackupHandler: JobHandler {
    /// The jobs it serves: ``BackupRequest/jobKind``.
    public let kind = BackupRequest.jobKind

    private let database: any DatabaseBackup

    /// A handler that copies `database`.
    public init(database: any DatabaseBackup) {
        self.database = database
    }

    private struct Result: Encodable {
        var path: String
        var byteCount: Int
        var deleted: [String]
    }

    /// Makes the copy, unless an earlier attempt of the job did, and deletes old ones.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        var request = try claimed.job.decodedArguments(BackupRequest.self)
        request.folder = try permitted(request.folder, within: request.within)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: request.folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .permanent(
                code: "folder-missing", message: "There is no folder \(request.folder). Make it, then retry the job.")
        }
        let moment = RFC3339.string(microseconds: claimed.job.createdAt.microseconds).prefix(19)
            .filter { $0 != "-" && $0 != ":" }
        let name = "lode-\(moment)Z-job\(claimed.job.id).db"
        let path = "\(request.folder)/\(name)"
        var byteCount = 0
        context.report(JobProgress(fraction: 0, message: "copying to \(path)"), curve: [])
        do throws(StoreError) {
            byteCount = try await database.copyWhole(to: path)
        } catch {
            // A file that has its name was whole and checked before it got it: an earlier attempt made it.
            guard case .fileExists = error else { throw JobError(error) }
            byteCount = Self.size(of: path)
        }
        let deleted = try Self.deleteOld(in: request.folder, besides: name, keeping: request.keep)
        return try jobResult(Result(path: path, byteCount: byteCount, deleted: deleted))
    }

    private static func size(of path: String) -> Int {
        let url = URL(fileURLWithPath: path)
        do {
            return try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        } catch {
            return 0
        }
    }

    /// Names sort by time; files of other names are left alone.
    ///
    /// The job's own copy is the newest there is, whatever its name says: that is of when the job was enqueued.
    private static func deleteOld(
        in folder: String, besides own: String, keeping count: Int?
    ) throws(JobError) -> [String] {
        guard let count else { return [] }
        do {
            let copies = try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0 != own && $0.wholeMatch(of: /lode-\d{8}T\d{6}Z-job\d+\.db/) != nil }.sorted()
            let old = Array(copies.dropLast(count - 1))
            for name in old { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
            return old
        } catch {
            throw .permanent(
                code: "old-backup-not-deleted",
                message: "The copy was made, but an old one in \(folder) could not be deleted: check permissions.")
        }
    }
}
