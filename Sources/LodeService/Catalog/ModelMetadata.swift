/// The part of a model version's metadata that people are shown: docs/formats/model.md.
///
/// The full JSON object holds more keys, which only the model's own code reads; decoding ignores them.
public struct ModelMetadata: Hashable, Sendable, Codable {
    /// What the trainer chose and why, one sentence each.
    public var choices: [String]
    /// The channels of the model, in its order.
    public var channels: [String]
    /// The inputs that the model follows, in its order; nil for none.
    public var inputs: [String]?
    /// The seed of the run.
    public var seed: UInt64
    /// Epochs that were run, and the one whose weights were kept.
    public var epochs: Int
    /// The epoch whose weights were kept.
    public var bestEpoch: Int
    /// Seconds of training, all attempts together.
    public var trainingSeconds: Double
    /// The model beside the baselines.
    public var evaluation: EvaluationReport
    /// How well the outcome of held-out series is told; nil for a model without one.
    public var outcome: OutcomeReport?
    /// How well the times of held-out observations are explained; nil for a model without an intensity.
    public var observationTimes: ObservationTimesReport?

    /// How well a model tells the outcome of held-out series from all their observations.
    public struct OutcomeReport: Hashable, Sendable, Codable {
        /// The label's name.
        public var name: String
        /// How many held-out series have it.
        public var seriesCount: Int
        /// Nats for each series for a probability; half the squared error in units of the training variance for a value.
        public var loss: Double
        /// The same of the training mean.
        public var baselineLoss: Double
        /// The area under the receiver operating characteristic; nil for a value, or where one outcome is missing.
        public var areaUnderCurve: Double?

        /// A report.
        public init(name: String, seriesCount: Int, loss: Double, baselineLoss: Double, areaUnderCurve: Double?) {
            self.name = name
            self.seriesCount = seriesCount
            self.loss = loss
            self.baselineLoss = baselineLoss
            self.areaUnderCurve = areaUnderCurve
        }
    }

    /// How well an intensity explains when held-out series were observed, in nats for each observation time.
    public struct ObservationTimesReport: Hashable, Sendable, Codable {
        /// How many times were judged.
        public var count: Int
        /// The log likelihood of the model.
        public var logLikelihood: Double
        /// That of one constant rate.
        public var constantRateLogLikelihood: Double

        /// A report.
        public init(count: Int, logLikelihood: Double, constantRateLogLikelihood: Double) {
            self.count = count
            self.logLikelihood = logLikelihood
            self.constantRateLogLikelihood = constantRateLogLikelihood
        }
    }

    /// Metadata.
    public init(
        choices: [String], channels: [String], seed: UInt64, epochs: Int, bestEpoch: Int, trainingSeconds: Double,
        evaluation: EvaluationReport
    ) {
        self.choices = choices
        self.channels = channels
        self.seed = seed
        self.epochs = epochs
        self.bestEpoch = bestEpoch
        self.trainingSeconds = trainingSeconds
        self.evaluation = evaluation
    }
}
