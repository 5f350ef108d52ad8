/// The part of a model version's metadata that people are shown: docs/formats/model.md.
///
/// The full JSON object holds more keys, which only the model's own code reads; decoding ignores them.
public struct ModelMetadata: Hashable, Sendable, Codable {
    /// What the trainer chose and why, one sentence each.
    public var choices: [String]
    /// The channels of the model, in its order.
    public var channels: [String]
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
