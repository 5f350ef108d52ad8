/// What a person asks of a training run: the arguments of a job of kind `train`.
///
/// A setting that is nil is chosen from the data by the trainer, which says in its report what it chose.
public struct TrainingRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "train"

    /// The dataset to learn from.
    public var dataset: String
    /// Decides initial weights, minibatches, posterior samples and the split; the same seed gives the same model.
    public var seed: UInt64
    /// The most passes over the training series.
    public var maxEpochs: Int?
    /// Epochs without a better validation loss before training ends.
    public var patience: Int?
    /// Components of the latent state.
    public var latentDimension: Int?
    /// Width of the hidden layers of the dynamics and the decoder.
    public var hiddenDimension: Int?
    /// The first learning rate.
    public var learningRate: Double?
    /// Threads to train with; does not change the result.
    public var threads: Int?

    /// A request; what is nil is chosen from the data.
    public init(
        dataset: String, seed: UInt64 = 1, maxEpochs: Int? = nil, patience: Int? = nil,
        latentDimension: Int? = nil, hiddenDimension: Int? = nil, learningRate: Double? = nil, threads: Int? = nil
    ) {
        self.dataset = dataset
        self.seed = seed
        self.maxEpochs = maxEpochs
        self.patience = patience
        self.latentDimension = latentDimension
        self.hiddenDimension = hiddenDimension
        self.learningRate = learningRate
        self.threads = threads
    }
}
