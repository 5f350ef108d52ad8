internal import LodeModels

/// About how much memory a training run takes at its peak, told before it begins.
///
/// Legend: C channels, T times of a series, S posterior samples. What dominates on large data are the predictive
/// distributions of all hidden values at once, S numbers each, when the model is validated (S = 16) and tested (S = 64).
/// The factors are measured, see docs/models.md; the estimate is meant to be above the truth, and not by more than a half.
public struct MemoryEstimate: Sendable, Hashable {
    /// Bytes.
    public var bytes: Int

    /// An estimate for training `plan` on `data` with that many threads.
    public init(of plan: TrainingPlan, on data: TrainingData, threads: Int) {
        let test = data.series(data.split.test)
        let validation = data.series(data.split.validation)
        let asked = ContextSampler.Task.allCases.map { kind in
            Self.cells(test) * Evaluator.repetitions(kind, of: test)
        }
        self.init(
            observations: data.all.reduce(0) { $0 + $1.observedCount }, cells: Self.cells(data.all),
            validationCells: Self.cells(validation) * max(1, 64 / max(validation.count, 1)),
            testCells: asked.max() ?? 0, configuration: plan.configuration,
            lanes: plan.options.batchSize * plan.options.sampleCount, threads: threads)
    }

    /// The formula: a cell is a pair of a series' time and a channel, counted as often as it is asked for.
    init(
        observations: Int, cells: Int, validationCells: Int, testCells: Int, configuration: LatentODE.Configuration,
        lanes: Int, threads: Int
    ) {
        let program = 48 << 20
        // A stored point is 24 bytes and its array may have twice the room; a dense cell is 9 bytes, and twice copied.
        let contents = 48 * observations + 27 * cells
        // S decoded means of 4 bytes, and a distribution with S of 8 and its own room.
        let validating = validationCells * (16 * 12 + 64)
        let testing = testCells * (64 * 12 + 64)
        let widest =
            ([configuration.latentDimension, configuration.encoderHidden] + configuration.dynamicsHidden).max() ?? 1
        // The records of the backward sweep, and the blocks of each thread.
        let sweeping = 4 * widest * (lanes * 256 + threads * 4096)
        // What is copied, and what a freed part leaves behind: measured, 1.2 to 1.6 times the parts.
        bytes = program + (contents + max(validating, testing) + sweeping) * 8 / 5
    }

    private static func cells(_ series: [ChannelSeries]) -> Int {
        series.reduce(0) { $0 + $1.times.count * $1.channelCount }
    }
}
