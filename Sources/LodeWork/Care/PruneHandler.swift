public import LodeDomain
public import LodeJobs
internal import LodeService

/// Deletes jobs that ended long ago, and snapshots that nobody goes on from.
public struct PruneHandler: JobHandler {
    /// The jobs it serves: ``PruneRequest/jobKind``.
    public let kind = PruneRequest.jobKind
    /// Milliseconds of work, for which a process would be too much.
    public let isolation = JobIsolation.worker

    private let queue: any JobQueue
    private let now: Now

    /// A handler that prunes `queue`.
    public init(queue: any JobQueue, now: @escaping Now) {
        self.queue = queue
        self.now = now
    }

    private struct Result: Encodable {
        var jobs: Int
        var snapshots: Int
    }

    /// Deletes; doing it again deletes nothing more.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(PruneRequest.self)
        let now = now()
        let result: Result
        do throws(StoreError) {
            result = Result(
                jobs: try await queue.prune(
                    finishedBefore: now.advanced(bySeconds: -86_400 * request.jobsOlderThanDays)),
                snapshots: try await queue.pruneSnapshots(
                    finishedBefore: now.advanced(bySeconds: -86_400 * request.snapshotsOlderThanDays)))
        } catch {
            throw JobError(error)
        }
        return try jobResult(result)
    }
}
