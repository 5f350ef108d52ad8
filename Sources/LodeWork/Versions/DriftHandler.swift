public import LodeDomain
public import LodeJobs
public import LodeNumerics
internal import LodeService
internal import LodeTraining

/// Looks whether a version still fits what came in last: the handler of jobs of kind `drift`.
///
/// Where it does not, the job of the schedule that asked is enqueued in the transaction that completes this one: once for each
/// look, whatever crashes.
public struct DriftHandler: JobHandler {
    /// The jobs it serves: ``DriftRequest/jobKind``.
    public let kind = DriftRequest.jobKind

    private let datasets: any DatasetStore
    private let models: any ModelRegistry
    private let schedules: any ScheduleStore
    private let instructionSet: InstructionSet
    private let threads: Int

    /// A handler that works with `threads` threads where a request names no number.
    public init(
        datasets: any DatasetStore, models: any ModelRegistry, schedules: any ScheduleStore,
        instructionSet: InstructionSet, threads: Int
    ) {
        self.datasets = datasets
        self.models = models
        self.schedules = schedules
        self.instructionSet = instructionSet
        self.threads = threads
    }

    private struct Result: Encodable {
        var dataset: String
        var version: Int
        /// How many of the newest values were scored, and of how many series.
        var observations: Int
        var series: Int
        /// Nats a value: of the newest ones, missing where they are held impossible, and of those held out in training.
        var logLikelihood: Double?
        var heldOutLogLikelihood: Double
        /// How much less likely the newest ones are; missing as above.
        var drop: Double?
        var drifts: Bool
        /// What becomes of it, in a sentence.
        var outcome: String
    }

    /// Measures, and decides.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(DriftRequest.self)
        context.report(JobProgress(fraction: 0, message: "reading \(request.model)"), curve: [])
        let stored = try await StoredVersion(request.model, datasets: datasets, models: models)
        guard let heldOut = stored.document.metadata.evaluation.heldOutLogLikelihood else {
            throw .permanent(
                code: "likelihood-not-recorded",
                message:
                    "Version \(stored.version.number) of “\(stored.dataset.name)” does not say how likely held-out values "
                    + "were. Train a new version; the schedule goes on with it.")
        }
        let tasks = NewestObservations.tasks(
            in: stored.series, count: request.newObservations, new: try await newSeries(request, stored.dataset))
        context.report(
            JobProgress(fraction: 0.1, message: "asking version \(stored.version.number) for the newest values"),
            curve: [])
        let bench = ForecastBench(
            stored.model, seed: stored.document.metadata.seed, kernels: Kernels(instructionSet),
            pool: ThreadPool(threadCount: request.threads ?? threads))
        let measured = try await bench.logLikelihood(of: tasks)
        guard context.stopRequest == nil else { throw .stopped }
        let mean = measured.map { $0.mean.isFinite ? $0.mean : -.infinity }
        let drop = mean.map { heldOut - $0 }
        let drifts = drop.map { $0 >= request.drop } ?? false
        let (next, outcome) = try await consequence(of: drifts, request, claimed.job)
        var output = try jobResult(
            Result(
                dataset: stored.dataset.name, version: stored.version.number, observations: measured?.pointCount ?? 0,
                series: measured?.seriesCount ?? 0, logLikelihood: mean?.finite, heldOutLogLikelihood: heldOut,
                drop: drop?.finite, drifts: drifts, outcome: outcome))
        output.next = next
        return output
    }

    private func newSeries(_ request: DriftRequest, _ dataset: Dataset) async throws(JobError) -> Set<String> {
        guard request.newSeries > 0 else { return [] }
        do {
            return Set(try await datasets.newestSeries(of: dataset.id, limit: request.newSeries))
        } catch {
            throw JobError(error)
        }
    }

    /// The job to enqueue, if any, and what to say.
    private func consequence(
        of drifts: Bool, _ request: DriftRequest, _ job: Job
    ) async throws(JobError) -> (next: JobRequest?, outcome: String) {
        guard drifts else { return (nil, "The model fits what came in.") }
        guard let name = request.schedule else { return (nil, "The model drifts; no schedule asked for a job.") }
        let schedule: Schedule?
        do {
            schedule = try await schedules.schedule(named: name)
        } catch {
            throw JobError(error)
        }
        guard let schedule, schedule.trigger.isReadable else {
            return (nil, "The model drifts; schedule “\(name)” is gone.")
        }
        guard !schedule.isPaused else { return (nil, "The model drifts; schedule “\(name)” is paused.") }
        return (
            schedule.job.request(of: schedule, firedFor: job.createdAt),
            "The model drifts; the job of schedule “\(name)” (\(schedule.job.kind)) is enqueued."
        )
    }
}

extension EvaluationReport {
    /// Nats for each held-out value, of forecasts where there were some; nil where it was not measured.
    var heldOutLogLikelihood: Double? {
        (extrapolation ?? interpolation)?.model?.negativeLogLikelihood.map { -$0 }
    }
}

extension Double {
    /// JSON has no infinity.
    fileprivate var finite: Double? { isFinite ? self : nil }
}
