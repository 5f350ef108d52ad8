public import LodeDomain
public import LodeJobs
internal import LodeService

/// Deletes jobs that ended long ago, snapshots that nobody goes on from, and old model versions that no alias points at.
public struct PruneHandler: JobHandler {
    /// The jobs it serves: ``PruneRequest/jobKind``.
    public let kind = PruneRequest.jobKind
    /// Milliseconds of work, for which a process would be too much.
    public let isolation = JobIsolation.worker

    private let queue: any JobQueue
    private let datasets: any DatasetStore
    private let models: any ModelCurator
    private let now: Now

    /// A handler that prunes `queue`, and `models` of all `datasets`.
    public init(
        queue: any JobQueue, datasets: any DatasetStore, models: any ModelCurator, now: @escaping Now
    ) {
        self.queue = queue
        self.datasets = datasets
        self.models = models
        self.now = now
    }

    private struct Result: Encodable {
        var jobs: Int
        var snapshots: Int
        var modelVersions: Int
    }

    /// Deletes; doing it again deletes nothing more.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(PruneRequest.self)
        let now = now()
        let result: Result
        do throws(StoreError) {
            var versions = 0
            if let kept = request.keepUnaliased {
                for summary in try await datasets.datasetSummaries() {
                    versions += try await models.prune(summary.dataset.id, keepingUnaliased: kept).count
                }
            }
            result = Result(
                jobs: try await queue.prune(
                    finishedBefore: now.advanced(bySeconds: -86_400 * request.jobsOlderThanDays)),
                snapshots: try await queue.pruneSnapshots(
                    finishedBefore: now.advanced(bySeconds: -86_400 * request.snapshotsOlderThanDays)),
                modelVersions: versions)
        } catch {
            throw JobError(error)
        }
        return try jobResult(result)
    }
}
