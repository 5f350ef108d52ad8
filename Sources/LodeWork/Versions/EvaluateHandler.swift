public import LodeDomain
public import LodeJobs
public import LodeNumerics
internal import LodeService
internal import LodeTraining

/// Measures a version on what its dataset holds now: the handler of jobs of kind `evaluate`.
public struct EvaluateHandler: JobHandler {
    /// The jobs it serves: ``EvaluationRequest/jobKind``.
    public let kind = EvaluationRequest.jobKind

    private let datasets: any DatasetStore
    private let models: any ModelRegistry
    private let instructionSet: InstructionSet
    private let threads: Int

    /// A handler that works with `threads` threads where a request names no number.
    public init(
        datasets: any DatasetStore, models: any ModelRegistry, instructionSet: InstructionSet, threads: Int
    ) {
        self.datasets = datasets
        self.models = models
        self.instructionSet = instructionSet
        self.threads = threads
    }

    /// What is stored beside the version.
    private struct Report: Codable {
        var evaluation: EvaluationReport
        /// Nats a held-out value; nil where none could be held out.
        var logLikelihood: Double?
        var extent: DataExtent
        var caveat: String?
    }

    /// Measures it.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(EvaluationRequest.self)
        context.report(JobProgress(fraction: 0, message: "reading \(request.model)"), curve: [])
        let stored = try await StoredVersion(request.model, datasets: datasets, models: models)
        let bench = try VersionBench(
            stored, kernels: Kernels(instructionSet), pool: ThreadPool(threadCount: request.threads ?? threads))
        context.report(JobProgress(fraction: 0.1, message: "measuring version \(stored.version.number)"), curve: [])
        let evaluation = try await bench.report(on: stored.model)
        guard context.stopRequest == nil else { throw .stopped }
        let report = Report(
            evaluation: evaluation, logLikelihood: try await bench.logLikelihood(of: stored.model)?.mean,
            extent: DataExtent(of: stored.contents), caveat: stored.caveat)
        guard context.stopRequest == nil else { throw .stopped }
        let text: String
        do {
            text = try JSONText.string(report)
        } catch {
            throw JobError(error)
        }
        return JobOutput(
            result: text,
            evaluation: ModelEvaluationDraft(
                version: stored.version.id, watermark: stored.contents.watermark, report: text))
    }
}
