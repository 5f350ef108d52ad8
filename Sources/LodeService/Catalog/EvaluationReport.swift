/// How a model and the simple baselines did on held-out points: key `evaluation` of a version's metadata.
public struct EvaluationReport: Hashable, Sendable, Codable {
    /// The score of one method in one regime.
    public struct Score: Hashable, Sendable, Codable {
        /// `latent-ode`, `training-mean`, `last-value` or `linear-interpolation`.
        public var method: String
        /// Mean squared error over the held-out points, on values normalised by the training data.
        public var meanSquaredError: Double
        /// The share of held-out values inside the 80 % band; nil for a method whose band is not defined.
        public var coverage80: Double?

        /// A score.
        public init(method: String, meanSquaredError: Double, coverage80: Double?) {
            self.method = method
            self.meanSquaredError = meanSquaredError
            self.coverage80 = coverage80
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
        /// The model without its local correction; nil where it has none.
        public var uncorrected: Score?

        /// A regime's scores.
        public init(
            pointCount: Int, seriesCount: Int, protocolDescription: String, scores: [Score], uncorrected: Score? = nil
        ) {
            self.pointCount = pointCount
            self.seriesCount = seriesCount
            self.protocolDescription = protocolDescription
            self.scores = scores
            self.uncorrected = uncorrected
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
