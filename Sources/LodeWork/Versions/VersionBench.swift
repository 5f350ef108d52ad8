internal import LodeJobs
internal import LodeNumerics
internal import LodeService
internal import LodeSolvers
internal import LodeTraining

/// Measures a stored version on what its dataset holds now, on a thread of its own.
actor VersionBench {
    private nonisolated let executor: ThreadExecutor
    private let stored: StoredVersion
    private let all: [ChannelSeries]
    private let split: DataSplit
    private let kernels: Kernels<Float>
    private let pool: ThreadPool

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ stored: StoredVersion, kernels: Kernels<Float>, pool: ThreadPool) throws(JobError) {
        (all, split) = try stored.parts()
        executor = ThreadExecutor(name: "lode-bench")
        self.stored = stored
        self.kernels = kernels
        self.pool = pool
    }

    deinit {
        executor.shutDown()
    }

    private var seed: UInt64 { stored.document.metadata.seed }

    private func series(_ indices: [Int]) -> [ChannelSeries] { indices.map { all[$0] } }

    /// How a model does beside the baselines on the test series.
    func report(on model: TrainedModel) throws(JobError) -> EvaluationReport {
        let evaluator = Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 64)
        var evaluations: [TaskEvaluation] = []
        for task in ContextSampler.Task.allCases {
            let evaluation = try solving { () throws(SolveError) in
                try evaluator.evaluate(task, test: series(split.test), training: series(split.training), seed: seed)
            }
            if let evaluation { evaluations.append(evaluation) }
        }
        return EvaluationReport(evaluations, channels: stored.document.metadata.channels)
    }

    /// The log likelihood of the test series' hidden values.
    func logLikelihood(of model: TrainedModel) throws(JobError) -> HeldOutLikelihood? {
        try solving { () throws(SolveError) in
            try Evaluator(model: model, kernels: kernels, pool: pool, sampleCount: 64)
                .logLikelihood(ofHidden: series(split.test), seed: seed)
        }
    }

    /// The version with correction and calibration fitted to the validation series.
    func calibrated() throws(JobError) -> TrainedModel {
        try solving { () throws(SolveError) in
            try Calibrator(series: series(split.validation), seed: seed)
                .fitted(stored.model, kernels: kernels, pool: pool)
        }
    }

    private func solving<Value>(_ body: () throws(SolveError) -> Value) throws(JobError) -> Value {
        do {
            return try body()
        } catch {
            throw .permanent(code: "solver-refused", message: "The solver refused its input: \(error)")
        }
    }
}
