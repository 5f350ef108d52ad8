/// How a model and the baselines do on the held-out values of one task.
public struct TaskEvaluation: Sendable, Hashable {
    /// One method's scores.
    public struct Score: Sendable, Hashable {
        /// `latent-ode`, `latent-ode-uncorrected`, a ``Baseline``'s raw value or ``GaussianProcessBaseline/method``.
        public var method: String
        /// Over all channels.
        public var overall: Metrics
        /// Of each channel, `[C]`; nil where nothing of it was hidden.
        public var channels: [Metrics?]

        /// ``Metrics/meanSquaredError`` over all channels.
        public var meanSquaredError: Double { overall.meanSquaredError }
        /// The share of values within the 80 % band.
        public var coverage80: Double { overall.coverage[1] }
    }

    /// The bands of values whose distances lie between two, before and after calibration.
    public struct HorizonBin: Sendable, Hashable {
        /// The smallest distance, in the dataset's unit of time: to the nearest observation for interpolation, past the
        /// last one for extrapolation.
        public var from: Double
        /// The largest distance.
        public var to: Double
        /// How many values were scored.
        public var pointCount: Int
        /// The share of values within the band of each of ``Calibration/levels``, without calibration.
        public var coverageBefore: [Double]
        /// The same with calibration.
        public var coverageAfter: [Double]
    }

    /// The task.
    public var task: ContextSampler.Task
    /// How many values were hidden and scored, all repetitions together.
    public var pointCount: Int
    /// Of how many series.
    public var seriesCount: Int
    /// How often each series was asked, with other values hidden each time.
    public var repetitions: Int
    /// The model first, then the baselines.
    public var scores: [Score]
    /// The model without its local correction, calibrated by itself; nil where it has none.
    public var uncorrected: Score?
    /// How calibration changed the bands' coverage, by distance; the nearest first.
    public var horizon: [HorizonBin]
}
