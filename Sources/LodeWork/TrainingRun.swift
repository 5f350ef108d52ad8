internal import LodeModels
internal import LodeNumerics
internal import LodeSolvers
internal import LodeTraining

/// A trainer on a thread of its own.
actor TrainingRun {
    private nonisolated let executor: ThreadExecutor
    private var trainer: Trainer
    private let kernels: Kernels<Float>
    private let pool: ThreadPool

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A run on data that is split and normalised; `snapshot` is what an earlier attempt saved.
    init(
        data: TrainingData, plan: TrainingPlan, resuming snapshot: TrainingSnapshot?, kernels: Kernels<Float>,
        pool: ThreadPool
    ) throws(TrainingError) {
        executor = ThreadExecutor(name: "lode-train")
        self.kernels = kernels
        self.pool = pool
        trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: plan.options, resuming: snapshot,
            kernels: kernels, pool: pool)
    }

    deinit {
        executor.shutDown()
    }

    /// Whether training has ended.
    var isFinished: Bool { trainer.isFinished }

    /// What a later attempt needs to go on from here.
    var snapshot: TrainingSnapshot { trainer.snapshot }

    /// As ``Trainer/estimatedSeconds(clock:)``.
    func estimatedSeconds(clock: @Sendable () -> Double) throws(TrainingError) -> Double {
        try trainer.estimatedSeconds(clock: clock)
    }

    /// As ``Trainer/advance(shouldStop:)``.
    func advance(shouldStop: @Sendable () -> Bool) throws(TrainingError) -> Trainer.Report? {
        try trainer.advance(shouldStop: shouldStop)
    }

    /// The log likelihood of the test series' hidden values under `model` and under another, on the same values.
    ///
    /// Nil where nothing can be hidden. Where series were added since the other was trained, some of the test series may have
    /// trained it, which only favours it.
    func compare(
        _ model: TrainedModel, with incumbent: TrainedModel
    ) throws(TrainingError) -> (candidate: HeldOutLikelihood, incumbent: HeldOutLikelihood)? {
        let data = trainer.data
        let test = data.series(data.split.test)
        do {
            let figures = try [model, incumbent].map { model throws(SolveError) in
                try Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 64)
                    .logLikelihood(ofHidden: test, seed: trainer.options.seed)
            }
            guard let first = figures[0], let second = figures[1] else { return nil }
            return (first, second)
        } catch {
            throw .solver(error)
        }
    }

    /// The trained model and its scores on the test series.
    func finish() throws(TrainingError) -> Result {
        var model = try trainer.finish()
        let data = trainer.data
        model.seriesDensities = try densities(data.series(data.split.validation), under: model)
        let evaluator = Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 64)
        var evaluations: [TaskEvaluation] = []
        for task in ContextSampler.Task.allCases {
            do {
                let evaluation = try evaluator.evaluate(
                    task, test: data.series(data.split.test), training: data.series(data.split.training),
                    seed: trainer.options.seed)
                if let evaluation { evaluations.append(evaluation) }
            } catch {
                throw .solver(error)
            }
        }
        do {
            let test = data.series(data.split.test)
            return Result(
                model: model, evaluations: evaluations,
                outcome: try OutcomeEvaluation(
                    of: model, on: test, training: data.series(data.split.training), sampleCount: 64,
                    seed: trainer.options.seed, kernels: kernels, pool: pool),
                times: try EventScore(
                    of: model, on: test, sampleCount: 64, seed: trainer.options.seed, kernels: kernels, pool: pool))
        } catch {
            throw .solver(error)
        }
    }

    /// The most validation series whose densities are kept.
    private static let mostDensities = 500

    /// The log-densities of series under a model, ascending.
    private func densities(
        _ series: [ChannelSeries], under model: TrainedModel
    ) throws(TrainingError) -> [Double] {
        var densities: [Double] = []
        for one in series.prefix(Self.mostDensities) {
            do {
                let density = try model.logDensity(
                    of: one, origin: model.normalization.origin(of: one), seed: trainer.options.seed,
                    kernels: kernels, pool: pool)
                if let density, density.isFinite { densities.append(density) }
            } catch {
                throw .solver(error)
            }
        }
        return densities.sorted()
    }

    /// What a run ends in: the model and its scores on the test series.
    struct Result: Sendable {
        var model: TrainedModel
        var evaluations: [TaskEvaluation]
        var outcome: OutcomeEvaluation?
        var times: EventScore?
    }
}
