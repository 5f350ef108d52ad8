public import Foundation
public import LodeDomain
public import LodeJobs
public import LodeService

/// Takes in a large file in pieces, each a transaction of its own, so that nobody waits long for the writer.
///
/// After each piece it notes how far it is; a later attempt goes on from there. Taking a piece in twice changes nothing.
public struct ImportHandler: JobHandler {
    /// Reads a file, unpacked where it is gzip, or says why not.
    public typealias Read = @Sendable (String) throws(JobError) -> Data

    /// The jobs it serves: ``ImportRequest/jobKind``.
    public let kind = ImportRequest.jobKind

    private let ingest: IngestService
    private let read: Read
    private let pieceBytes: Int

    /// A handler; a piece has about `pieceBytes`.
    public init(ingest: IngestService, pieceBytes: Int = 1 << 20, read: @escaping Read) {
        self.ingest = ingest
        self.pieceBytes = pieceBytes
        self.read = read
    }

    /// How far the file was read, and what became of it: kept between attempts, and the job's result.
    private struct Progress: Codable {
        var byte = 0
        var line = 1
        var rows = 0
        var inserted = 0
        var updated = 0
        var unchanged = 0
    }

    /// Takes in the pieces from the first that is not yet.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(ImportRequest.self)
        let data = try read(permitted(request.file, within: request.within))
        let pieces = TextPieces(data, format: request.ingestRequest.format, pieceBytes: pieceBytes)
        var progress = try Self.progress(claimed.snapshot, upTo: data.count)
        while let piece = pieces.piece(from: progress.byte) {
            if context.stopRequest != nil { throw .stopped }
            do throws(ServiceError) {
                let answer = try await ingest.ingest(IngestText(piece.text), request.ingestRequest)
                progress.rows += answer.rows
                progress.inserted += answer.inserted
                progress.updated += answer.updated
                progress.unchanged += answer.unchanged
            } catch {
                throw Self.jobError(error, movedBy: progress.byte == 0 ? 0 : progress.line - pieces.headerLineCount - 1)
            }
            progress.byte = piece.end
            progress.line += piece.lineCount
            context.report(
                JobProgress(
                    fraction: Double(piece.end) / Double(max(data.count, 1)), message: "\(progress.rows) observations"),
                curve: [])
            try await context.saveSnapshot(Array(jobResult(progress).result.utf8))
        }
        return try jobResult(progress)
    }

    private static func progress(_ snapshot: [UInt8]?, upTo end: Int) throws(JobError) -> Progress {
        guard let snapshot else { return Progress() }
        do {
            let progress = try JSONDecoder().decode(Progress.self, from: Data(snapshot))
            // A file that is shorter now is another one: all of it is read.
            return progress.byte <= end ? progress : Progress()
        } catch {
            throw .permanent(
                code: "corrupt-snapshot",
                message:
                    "What an earlier attempt noted does not parse. Enqueue the import again: it starts afresh, and what "
                    + "is there already stays.")
        }
    }

    private static func jobError(_ error: ServiceError, movedBy lines: Int) -> JobError {
        switch error {
        case .invalidInput(var fault):
            fault.line += lines
            let moved = ServiceError.invalidInput(fault)
            return .permanent(
                code: error.profile.code,
                message:
                    "\(moved.message) The lines before its piece were taken in; mend the file and enqueue it again.")
        case .store(let error): return JobError(error)
        default: return .permanent(code: error.profile.code, message: error.message)
        }
    }
}
