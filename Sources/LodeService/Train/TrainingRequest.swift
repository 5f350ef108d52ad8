public import LodeDomain

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
    /// What channels hold, by name; others are taken from their values.
    public var likelihoods: [String: Likelihood]?
    /// Whether noise is one number for each channel or decoded at each point.
    public var noise: Noise?
    /// Whether the rate of observation times is learned too.
    public var intensity: Bool?
    /// The label that the model should tell of a series.
    public var outcome: String?
    /// What of the latent trajectory the outcome is read from.
    public var outcomeSource: OutcomeSource?
    /// Posterior samples of each series in the bound.
    public var samples: Int?
    /// Whether the bound is importance-weighted over the samples.
    public var importanceWeighted: Bool?
    /// What the approximate posterior of the initial latent state is.
    public var posterior: Posterior?
    /// How often training is done from other initial weights; the best is kept.
    public var restarts: Int?
    /// Epochs over which targets come to reach to the end of the series.
    public var horizonGrowth: Int?
    /// How the encoder reads a series.
    public var encoder: Encoder?
    /// What the dynamics read beside the latent state and known inputs.
    public var dynamics: Dynamics?
    /// The limit of each component of the latent derivative, in latent units for each unit of model time.
    public var derivativeBound: Double?
    /// Whether the limit is learned from there; it is, where this is nil.
    public var derivativeBoundKind: BoundKind?
    /// Decoupled weight decay.
    public var weightDecay: Double?
    /// What latent trajectories pay for.
    public var pathPenalty: PathMeasure?
    /// What a unit of it costs, in nats for each observed value; 0.01 where this is nil.
    public var pathPenaltyWeight: Double?
    /// Channels that are known beforehand, and how they are read; those that the dataset calls inputs hold otherwise.
    public var inputs: [String: InputReading]?
    /// When the new version takes over an alias by itself; nil for never.
    public var promote: PromotionRule?
    /// How many of the newest versions without an alias stay, the new one included; nil keeps all.
    public var keepVersions: Int?

    /// Whether to start from the weights of the version that it takes over from, where its architecture is the same.
    public var warmStart: Bool?
    /// Times of the windows that long series are cut into.
    public var windowTimes: Int?

    /// The kinds of values that a channel may hold.
    public enum Likelihood: String, Hashable, Sendable, Codable, CaseIterable {
        case gaussian
        case studentT = "student-t"
        case poisson
        case negativeBinomial = "negative-binomial"
        case bernoulli
    }

    /// Where the scale of the noise comes from.
    public enum Noise: String, Hashable, Sendable, Codable, CaseIterable {
        case channel
        case point
    }

    /// The approximate posteriors there are.
    public enum Posterior: String, Hashable, Sendable, Codable, CaseIterable {
        case gaussian
        case continuousFlow = "continuous-flow"
    }

    /// What an outcome is read from.
    public enum OutcomeSource: String, Hashable, Sendable, Codable, CaseIterable {
        case initialState = "initial-state"
        case trajectory
    }

    /// A request; what is nil is chosen from the data, and what is not named here is set after it.
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
