/// How a model and the simple baselines did on held-out points: key `evaluation` of a version's metadata.
public struct EvaluationReport: Hashable, Sendable, Codable {
    /// The score of one method in one regime.
    ///
    /// Values are normalised by the training data, so that channels of different units can be pooled. All but
    /// `method`, `meanSquaredError` and `coverage80` are nil in reports of versions that did not measure them.
    public struct Score: Hashable, Sendable, Codable {
        /// `latent-ode`, `training-mean`, `last-value`, `linear-interpolation` or `gaussian-process`.
        public var method: String
        /// Mean squared error of the mean over the held-out points.
        public var meanSquaredError: Double
        /// Mean absolute error of the median.
        public var meanAbsoluteError: Double?
        /// The mean negative logarithm of the predictive density, in nats; nil also where a value was held impossible.
        public var negativeLogLikelihood: Double?
        /// The mean continuous ranked probability score.
        public var continuousRankedProbabilityScore: Double?
        /// The share of held-out values inside the 50 % band.
        public var coverage50: Double?
        /// The share of held-out values inside the 80 % band; nil for a method whose band is not defined.
        public var coverage80: Double?
        /// The share of held-out values inside the 95 % band.
        public var coverage95: Double?
        /// The same of each channel that had held-out values.
        public var channels: [ChannelScore]?

        /// A score; what else was measured is set after it.
        public init(method: String, meanSquaredError: Double, coverage80: Double?) {
            self.method = method
            self.meanSquaredError = meanSquaredError
            self.coverage80 = coverage80
        }
    }

    /// The score of one method in one regime for one channel.
    public struct ChannelScore: Hashable, Sendable, Codable {
        /// The channel.
        public var channel: String
        /// How many of its values were scored.
        public var pointCount: Int
        /// Mean squared error of the mean.
        public var meanSquaredError: Double
        /// Mean absolute error of the median.
        public var meanAbsoluteError: Double
        /// The mean negative logarithm of the predictive density, in nats; nil where a value was held impossible.
        public var negativeLogLikelihood: Double?
        /// The mean continuous ranked probability score.
        public var continuousRankedProbabilityScore: Double
        /// The share of values inside the 50 % band.
        public var coverage50: Double
        /// The share of values inside the 80 % band.
        public var coverage80: Double
        /// The share of values inside the 95 % band.
        public var coverage95: Double

        /// A channel's score.
        public init(
            channel: String, pointCount: Int, meanSquaredError: Double, meanAbsoluteError: Double,
            negativeLogLikelihood: Double?, continuousRankedProbabilityScore: Double, coverage50: Double,
            coverage80: Double, coverage95: Double
        ) {
            self.channel = channel
            self.pointCount = pointCount
            self.meanSquaredError = meanSquaredError
            self.meanAbsoluteError = meanAbsoluteError
            self.negativeLogLikelihood = negativeLogLikelihood
            self.continuousRankedProbabilityScore = continuousRankedProbabilityScore
            self.coverage50 = coverage50
            self.coverage80 = coverage80
            self.coverage95 = coverage95
        }
    }

    /// What bands of the model cover at some distances, before and after they were calibrated.
    public struct CalibrationBin: Hashable, Sendable, Codable {
        /// The smallest distance, in the dataset's unit of time: to the nearest observation for interpolation, past the
        /// last one for extrapolation.
        public var from: Double
        /// The largest distance.
        public var to: Double
        /// How many held-out values lie there.
        public var pointCount: Int
        /// The levels of the bands: what they claim to cover.
        public var levels: [Double]
        /// The share that each covers without calibration.
        public var before: [Double]
        /// The share that each covers with calibration.
        public var after: [Double]

        /// A bin.
        public init(
            from: Double, to: Double, pointCount: Int, levels: [Double], before: [Double], after: [Double]
        ) {
            self.from = from
            self.to = to
            self.pointCount = pointCount
            self.levels = levels
            self.before = before
            self.after = after
        }
    }

    /// The scores of one regime.
    public struct Regime: Hashable, Sendable, Codable {
        /// How many held-out values were scored.
        public var pointCount: Int
        /// How many series they come from.
        public var seriesCount: Int
        /// What was hidden, in words, such as "a random 30 % of the times of 7 held-out series".
        public var protocolDescription: String
        /// The model first, then the baselines.
        public var scores: [Score]
        /// The model without its local correction, with bands calibrated for that; nil where it has none.
        public var uncorrected: Score?
        /// How calibration changed the bands' coverage, the nearest distances first; nil in reports that did not measure it.
        public var calibration: [CalibrationBin]?

        /// A regime's scores.
        public init(
            pointCount: Int, seriesCount: Int, protocolDescription: String, scores: [Score], uncorrected: Score? = nil,
            calibration: [CalibrationBin]? = nil
        ) {
            self.pointCount = pointCount
            self.seriesCount = seriesCount
            self.protocolDescription = protocolDescription
            self.scores = scores
            self.uncorrected = uncorrected
            self.calibration = calibration
        }
    }

    /// Held-out points between observed ones; nil where the data allow no such test.
    public var interpolation: Regime?
    /// Held-out points after the observed ones; nil where the data allow no such test.
    public var extrapolation: Regime?
    /// What to know before trusting the model, such as "loses to linear interpolation"; empty if nothing.
    public var warnings: [String]

    /// A report.
    public init(interpolation: Regime?, extrapolation: Regime?, warnings: [String]) {
        self.interpolation = interpolation
        self.extrapolation = extrapolation
        self.warnings = warnings
    }
}
