public import LodeDomain
public import LodeJobs
public import LodeNumerics
internal import LodeService
internal import LodeTraining

/// Fits a version's correction and bands to what its dataset holds now: the handler of jobs of kind `calibrate`.
///
/// The new version has the weights of the old one, which is its parent.
public struct CalibrateHandler: JobHandler {
    /// The jobs it serves: ``CalibrationRequest/jobKind``.
    public let kind = CalibrationRequest.jobKind

    private let datasets: any DatasetStore
    private let models: any ModelRegistry
    private let codeVersion: String?
    private let instructionSet: InstructionSet
    private let threads: Int

    /// A handler that works with `threads` threads where a request names no number.
    public init(
        datasets: any DatasetStore, models: any ModelRegistry, codeVersion: String? = nil,
        instructionSet: InstructionSet, threads: Int
    ) {
        self.datasets = datasets
        self.models = models
        self.codeVersion = codeVersion
        self.instructionSet = instructionSet
        self.threads = threads
    }

    /// Makes the new version.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(CalibrationRequest.self)
        context.report(JobProgress(fraction: 0, message: "reading \(request.model)"), curve: [])
        let stored = try await StoredVersion(request.model, datasets: datasets, models: models)
        let bench = try VersionBench(
            stored, kernels: Kernels(instructionSet), pool: ThreadPool(threadCount: request.threads ?? threads))
        context.report(JobProgress(fraction: 0.1, message: "calibrating version \(stored.version.number)"), curve: [])
        let model = try await bench.calibrated()
        guard context.stopRequest == nil else { throw .stopped }
        context.report(JobProgress(fraction: 0.6, message: "measuring"), curve: [])
        var metadata = stored.document.metadata
        metadata.evaluation = try await bench.report(on: model)
        if let caveat = stored.caveat { metadata.evaluation.warnings.append(caveat) }
        metadata.choices.append("Bands of version \(stored.version.number) fitted anew.")
        guard context.stopRequest == nil else { throw .stopped }
        let succession = Succession(
            models: models, dataset: stored.dataset, channels: metadata.channels, inputs: metadata.inputs ?? [])
        do {
            let document = ModelDocument(
                trained: model, options: stored.document.options, instructionSet: instructionSet, metadata: metadata)
            var draft = ModelVersionDraft(
                dataset: stored.dataset.id, watermark: stored.contents.watermark, metadata: try document.encoded(),
                weights: try ModelDocument.weights(of: model),
                provenance: ModelProvenance(
                    origin: .calibrated, parent: stored.version.number, extent: DataExtent(of: stored.contents),
                    codeVersion: codeVersion))
            if request.promote != nil {
                let outcome = try await succession.judge(metadata.evaluation, by: request.promote) { incumbent in
                    guard let candidate = try await bench.logLikelihood(of: model),
                        let incumbent = try await bench.logLikelihood(of: incumbent)
                    else { return nil }
                    return (candidate, incumbent)
                }
                draft.verdict = outcome.verdict
            }
            draft.keepsUnaliased = request.keepVersions
            return JobOutput(result: try JSONText.string(metadata), draft: draft)
        } catch let error as JobError {
            throw error
        } catch {
            throw .transient(code: "calibration-failed", message: "\(error)")
        }
    }
}
