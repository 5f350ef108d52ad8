internal import Foundation
public import LodeDomain
public import LodeJobs
internal import LodeModels
internal import LodeNetworks
public import LodeNumerics
internal import LodeService
internal import LodeTraining

/// Trains a latent ODE on a dataset: the handler of jobs of kind `train`.
public struct TrainHandler: JobHandler {
    /// The jobs it serves: ``TrainingRequest/jobKind``.
    public let kind = TrainingRequest.jobKind

    private let datasets: any DatasetStore
    let models: (any ModelRegistry)?
    private let codeVersion: String?
    private let memory: MemoryBudget
    private let instructionSet: InstructionSet
    private let threads: Int
    private let secondsBetweenSnapshots: Double
    private let now: Now

    /// A handler that reads from `datasets` and trains with `threads` threads where a request names no number.
    ///
    /// A new version is compared with one of `models` where the request has a promotion rule; it notes `codeVersion`. Training
    /// that would take more than `memory` is not begun.
    public init(
        datasets: any DatasetStore, models: (any ModelRegistry)? = nil, codeVersion: String? = nil,
        memory: MemoryBudget = .unlimited, instructionSet: InstructionSet, threads: Int,
        secondsBetweenSnapshots: Double, now: @escaping Now
    ) {
        self.datasets = datasets
        self.models = models
        self.codeVersion = codeVersion
        self.memory = memory
        self.instructionSet = instructionSet
        self.threads = threads
        self.secondsBetweenSnapshots = secondsBetweenSnapshots
        self.now = now
    }

    /// Trains to the end, or goes on from the snapshot of an earlier attempt.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try Self.request(of: claimed.job)
        context.report(JobProgress(fraction: 0, message: "reading \(request.dataset)"), curve: [])
        let contents = try await contents(of: request.dataset)
        let kernels = Kernels<Float>(instructionSet)
        let pool = ThreadPool(threadCount: request.threads ?? threads)
        let snapshot = try Self.snapshot(claimed.snapshot)
        var elapsed = snapshot?.elapsedSeconds ?? 0
        do {
            let roles = try await roles(request, contents: contents)
            let channels = roles.channels
            let data = try TrainingData(
                contents.series.map { roles.series($0) }, channels: channels.count, seed: request.seed,
                likelihoods: try Self.likelihoods(request, channels: channels), outcome: request.outcome,
                inputs: roles.inputs, windowTimes: request.windowTimes)
            let plan = TrainingPlan(for: data, seed: request.seed, wishes: TrainingPlan.Wishes(request))
            let bytes = MemoryEstimate(of: plan, on: data, threads: pool.threadCount).bytes
            try memory.require(bytes)
            let start = try await warmStart(
                request, plan.configuration, contents, channels: channels, inputs: roles.inputs.map(\.name))
            let run = try TrainingRun(
                data: data, plan: plan, resuming: snapshot ?? start?.parameters.map(TrainingSnapshot.init),
                kernels: kernels, pool: pool)
            if snapshot == nil {
                let seconds = try await run.estimatedSeconds { [now] in Double(now().microseconds) / 1e6 }
                context.report(
                    JobProgress(fraction: 0, message: Self.estimate(seconds: seconds, bytes: bytes)), curve: [])
            }
            elapsed = try await train(
                run, plan: plan, resumedAfter: snapshot?.totalEpochs, elapsed: elapsed, context: context)
            let result = try await run.finish()
            let end = await run.snapshot
            var metadata = ModelMetadata(
                choices: plan.choices, channels: channels, seed: request.seed,
                epochs: end.totalEpochs, bestEpoch: end.winner.epoch,
                trainingSeconds: elapsed, evaluation: EvaluationReport(result.evaluations, channels: channels))
            metadata.inputs = roles.inputs.isEmpty ? nil : roles.inputs.map(\.name)
            if let start {
                metadata.choices.append(start.choice)
                if let caveat = start.caveat { metadata.evaluation.warnings.append(caveat) }
            }
            if await !run.isFinished {
                metadata.evaluation.warnings.append("Training was ended early, after epoch \(metadata.epochs).")
            }
            metadata.outcome = result.outcome.map(ModelMetadata.OutcomeReport.init)
            metadata.observationTimes = result.times.map(ModelMetadata.ObservationTimesReport.init)
            var draft = try draft(result.model, plan: plan, metadata: metadata, contents: contents)
            if let models {
                let succession = Succession(
                    models: models, dataset: contents.dataset, channels: channels, inputs: metadata.inputs ?? [])
                let outcome = try await succession.judge(
                    metadata.evaluation, by: request.promote,
                    comparing: { try await run.compare(result.model, with: $0) })
                draft.provenance.parent = outcome.parent
                draft.verdict = outcome.verdict
            }
            draft.keepsUnaliased = request.keepVersions
            return JobOutput(result: try JSONText.string(metadata), draft: draft)
        } catch let error as TrainingError {
            throw Self.jobError(error, channels: contents.channels)
        } catch let error as JobError {
            throw error
        } catch {
            throw .transient(code: "training-failed", message: "\(error)")
        }
    }

    /// Which channels are measured, and which are inputs.
    private func roles(
        _ request: TrainingRequest, contents: DatasetContents
    ) async throws(JobError) -> ChannelRoles {
        let kinds: [Channel]
        do {
            kinds = try await datasets.summary(of: contents.dataset.id).channels
        } catch {
            throw JobError(error)
        }
        return try ChannelRoles(contents.channels, kinds: kinds, readings: request.inputs ?? [:])
    }

    /// What the request says of channels, by index.
    private static func likelihoods(
        _ request: TrainingRequest, channels: [String]
    ) throws(JobError) -> [Int: Likelihood] {
        var likelihoods: [Int: Likelihood] = [:]
        for (name, wish) in request.likelihoods ?? [:] {
            guard let channel = channels.firstIndex(of: name) else {
                throw .permanent(
                    code: "unknown-channel",
                    message: "There is no channel “\(name)” to have the likelihood \(wish.rawValue). The dataset has "
                        + channels.joined(separator: ", ") + ".")
            }
            likelihoods[channel] = Likelihood(rawValue: wish.rawValue)
        }
        return likelihoods
    }

    /// Advances `run` to its end and returns the seconds spent, earlier attempts included.
    private func train(
        _ run: TrainingRun, plan: TrainingPlan, resumedAfter: Int?, elapsed: Double, context: any JobContext
    ) async throws -> Double {
        let start = now()
        var savedAt = start
        func seconds() -> Double { elapsed + now().seconds(since: start) }
        func save() async throws {
            var snapshot = await run.snapshot
            snapshot.elapsedSeconds = seconds()
            try await context.saveSnapshot(snapshot.encoded())
            savedAt = now()
        }
        // A search goes by the best loss, which an attempt without an epoch of its own must tell it too.
        func reportEnd(_ message: String) async {
            let best = await run.snapshot.winner.loss
            context.report(
                JobProgress(
                    fraction: 1, message: message, metrics: best.isFinite ? ["bestValidationLoss": best] : [:]),
                curve: [])
        }
        if let resumedAfter, await run.isFinished {
            await reportEnd("all epochs done, resumed after epoch \(resumedAfter)")
        }
        while await !run.isFinished {
            let report = try await run.advance { context.stopRequest != nil }
            guard let report else {
                // What has been looked at once can be published; its measuring follows as ever.
                let done = await run.snapshot.totalEpochs
                if context.stopRequest == .endEarly, done > 0 {
                    await reportEnd("ended early after epoch \(done)")
                    return seconds()
                }
                if context.stopRequest == .shutdown { try await save() }
                throw JobError.stopped
            }
            context.report(
                progress(report, plan: plan, resumedAfter: resumedAfter),
                curve: [CurvePoint(epoch: report.epoch, metrics: metrics(report))])
            let age = now().seconds(since: savedAt)
            // Negative where the clock was set back.
            if age >= secondsBetweenSnapshots || age < 0 { try await save() }
        }
        return seconds()
    }

    private func progress(_ report: Trainer.Report, plan: TrainingPlan, resumedAfter: Int?) -> JobProgress {
        let best = report.bestValidationLoss.map { ", best validation loss \(Self.short($0))" } ?? ""
        let most = max(plan.options.maxEpochs * plan.options.restarts, 1)
        let resumed = resumedAfter.map { ", resumed after epoch \($0)" } ?? ""
        return JobProgress(
            fraction: report.isFinished ? 1 : Double(report.epoch) / Double(most),
            message: "epoch \(report.epoch) of at most \(most)\(best)\(resumed)",
            metrics: metrics(report))
    }

    /// What a run costs at most, as far as can be told before it.
    static func estimate(seconds: Double, bytes: Int) -> String {
        let time =
            seconds < 90
            ? "\(Int(seconds.rounded(.up))) s"
            : seconds < 5400 ? "\(Int((seconds / 60).rounded(.up))) min" : String(format: "%.1f h", seconds / 3600)
        return "takes at most about \(time) and \(max(1, bytes >> 20)) MiB"
    }

    private func metrics(_ report: Trainer.Report) -> [String: Double] {
        var metrics = ["trainingLoss": report.trainingLoss, "learningRate": report.learningRate]
        metrics["validationLoss"] = report.validationLoss
        metrics["bestValidationLoss"] = report.bestValidationLoss
        // JSON has no NaN: a diverged epoch shows no figure.
        return metrics.filter { $0.value.isFinite }
    }

    private static func short(_ value: Double) -> String {
        String(format: "%.3f", value)
    }

    private func draft(
        _ model: TrainedModel, plan: TrainingPlan, metadata: ModelMetadata, contents: DatasetContents
    ) throws -> ModelVersionDraft {
        let document = ModelDocument(
            trained: model, options: plan.options, instructionSet: instructionSet, metadata: metadata)
        return ModelVersionDraft(
            dataset: contents.dataset.id, watermark: contents.watermark, metadata: try document.encoded(),
            weights: try ModelDocument.weights(of: model),
            provenance: ModelProvenance(extent: DataExtent(of: contents), codeVersion: codeVersion))
    }

    private func contents(of name: String) async throws(JobError) -> DatasetContents {
        do {
            guard let dataset = try await datasets.dataset(named: name) else {
                throw JobError.permanent(
                    code: "dataset-not-found",
                    message: "There is no dataset named \(name) any more. List them with `lode datasets`.")
            }
            return try await datasets.contents(of: dataset.id)
        } catch let error as StoreError {
            throw JobError(error)
        } catch let error as JobError {
            throw error
        } catch {
            throw .transient(code: "store-failed", message: "\(error)")
        }
    }

    private static func request(of job: Job) throws(JobError) -> TrainingRequest {
        do {
            return try JSONDecoder().decode(TrainingRequest.self, from: Data(job.arguments.utf8))
        } catch {
            throw .permanent(
                code: "malformed-arguments", message: "The job's arguments are not a training request: \(error)")
        }
    }

    /// A snapshot that does not parse is a defect worth a message, not a reason to lose the job's hours silently.
    private static func snapshot(_ bytes: [UInt8]?) throws(JobError) -> TrainingSnapshot? {
        guard let bytes else { return nil }
        do {
            return try TrainingSnapshot(decoding: bytes)
        } catch {
            throw jobError(error, channels: [])
        }
    }

    private static func jobError(_ error: TrainingError, channels: [String]) -> JobError {
        switch error {
        case .tooFewSeries(let found, let needed):
            .permanent(
                code: "too-few-series",
                message: "Training needs at least \(needed) series with observations, to train, validate and test on "
                    + "different ones; the dataset has \(found). Ingest more series.")
        case .tooFewWindows(let series, let times, let windows):
            .permanent(
                code: "too-few-windows",
                message: "\(series) series with \(times) times in all cannot be split into parts that train, validate "
                    + "and test: cut into windows they give \(windows). Ingest longer series, or three series or more.")
        case .noObservations:
            .permanent(
                code: "no-observations", message: "The training series hold no values. Ingest observations first.")
        case .unsuitableValues(let channel, let value, let likelihood):
            .permanent(
                code: "unsuitable-values",
                message: "Channel “\(channels.indices.contains(channel) ? channels[channel] : "\(channel)")” holds "
                    + "\(value), which the likelihood \(likelihood.rawValue) has no place for. Choose another likelihood "
                    + "for it, or correct the data.")
        case .unusableOutcome(let name, let detail):
            .permanent(
                code: "unusable-outcome",
                message: "The outcome “\(name)” cannot be learnt: \(detail). Name a label that differs between series, "
                    + "or ingest labels first.")
        case .diverged(let epoch, let detail):
            .permanent(
                code: "training-diverged",
                message: "Training diverged at epoch \(epoch) (\(detail)), also at lower learning rates. "
                    + "Look for extreme values in the data, or pass a smaller learning rate.")
        case .snapshotMismatch, .corruptSnapshot:
            .permanent(
                code: "corrupt-snapshot",
                message: "The snapshot of an earlier attempt does not fit this build (\(error)). Enqueue the training "
                    + "again to start afresh.")
        case .solver(let error):
            .permanent(code: "solver-refused", message: "The solver refused its input: \(error)")
        }
    }
}

extension TrainingPlan.Wishes {
    init(_ request: TrainingRequest) {
        self.init(
            maxEpochs: request.maxEpochs, patience: request.patience, latentDimension: request.latentDimension,
            hiddenDimension: request.hiddenDimension, learningRate: request.learningRate)
        noise = request.noise.flatMap { NoiseModel(rawValue: $0.rawValue) }
        learnsIntensity = request.intensity ?? false
        headSource = request.outcomeSource.map { $0 == .initialState ? .initialState : .trajectory }
        sampleCount = request.samples
        isImportanceWeighted = request.importanceWeighted ?? false
        hasPosteriorFlow = request.posterior == .continuousFlow
        restarts = request.restarts
        horizonGrowth = request.horizonGrowth
        encoder = request.encoder.map {
            switch $0 {
            case .recurrent: .recurrent
            case .decay: .decay
            case .odeRecurrent: .odeRecurrent
            case .attention: .attention
            }
        }
        readsTime = request.dynamics == .timeDependent
        bound = request.derivativeBound.map {
            request.derivativeBoundKind == .fixed ? .fixed($0) : .learned(initial: $0)
        }
        weightDecay = request.weightDecay
        pathPenalty = request.pathPenalty.map {
            PathPenalty(
                measure: $0 == .kineticEnergy ? .kineticEnergy : .length, weight: request.pathPenaltyWeight ?? 0.01)
        }
    }
}
