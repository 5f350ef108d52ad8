internal import LodeJobs
internal import LodeNumerics
internal import LodeSolvers
internal import LodeTraining

/// Asks a model for what followed in some series, on a thread of its own.
actor ForecastBench {
    private nonisolated let executor: ThreadExecutor
    private let model: TrainedModel
    private let seed: UInt64
    private let kernels: Kernels<Float>
    private let pool: ThreadPool

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ model: TrainedModel, seed: UInt64, kernels: Kernels<Float>, pool: ThreadPool) {
        executor = ThreadExecutor(name: "lode-drift")
        self.model = model
        self.seed = seed
        self.kernels = kernels
        self.pool = pool
    }

    deinit {
        executor.shutDown()
    }

    /// The log likelihood of what followed; −∞ where the model cannot follow that far, nil where nothing did.
    func logLikelihood(of tasks: [ForecastTask]) throws(JobError) -> HeldOutLikelihood? {
        do {
            var measured = try Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 64)
                .logLikelihood(ofForecasts: tasks.filter(isWithinReach), seed: seed)
            if !tasks.allSatisfy(isWithinReach) { measured?.mean = -.infinity }
            return measured
        } catch {
            throw .permanent(code: "solver-refused", message: "The solver refused its input: \(error)")
        }
    }

    /// As a prediction would refuse a time that is much farther than the model was trained to.
    private func isWithinReach(_ task: ForecastTask) -> Bool {
        let normalization = model.normalization
        guard normalization.windows == nil, let last = task.series.times.last else { return true }
        let limit = LatentForecaster.reach * max(normalization.trainedHorizon, Normalization.modelSpan)
        return abs(normalization.modelTime(last, origin: normalization.origin(of: task.series))) <= limit
    }
}
