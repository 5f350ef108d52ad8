public import LodeModels
internal import LodeTraining

/// The sizes and settings of an experiment's model; they were chosen on validation series.
public struct Recipe: Sendable, Hashable {
    /// L, the latent components.
    public var latent: Int
    /// Hidden units of the encoder.
    public var encoderHidden: Int
    /// Hidden units of dynamics and decoder.
    public var hidden: Int
    /// Passes over the training series.
    public var epochs: Int
    /// Series in a minibatch.
    public var batchSize: Int
    /// The learning rate after the warm-up.
    public var learningRate: Double
    /// By what the learning rate is multiplied over the whole run.
    public var learningRateDecay = 0.05
    /// Decoupled weight decay.
    public var weightDecay = 1e-4
    /// The share of the run over which the divergence gains its weight.
    public var klWarmUpShare = 0.1
    /// Posterior samples of each series in the bound.
    public var sampleCount = 1
    /// Relative tolerance of the solver; the absolute one is a tenth.
    public var tolerance = 1e-3
    /// Model time that the training series span.
    public var modelSpan = Normalization.modelSpan
    /// How the encoder reads a series.
    public var encoder = EncoderKind.recurrent
    /// What a recurrent encoder's hidden state does between observations.
    public var encoderTransition = HiddenTransition.none
    /// Which observation a recurrent encoder reads first.
    public var encoderOrder = ReadingOrder.latestFirst
    /// Where the scale of the noise comes from.
    public var noise = NoiseModel.channel
    /// What the dynamics read beside the latent state, and how fast they may go.
    public var dynamics = DynamicsConfiguration()
    /// The head, for data with an outcome.
    public var headSource = HeadConfiguration.Source.initialState
    /// The weight of the head's loss.
    public var headWeight = 1.0
    /// The share of the run over which targets come to reach to the end of the series.
    public var horizonGrowthShare = 0.0

    /// Passes over `series` training series that make about `steps` minibatches of `batchSize`: what sets of different
    /// sizes have in common.
    static func epochs(steps: Int, batchSize: Int, series: Int) -> Int {
        let perEpoch = (series + batchSize - 1) / batchSize
        return max(1, (steps + perEpoch / 2) / perEpoch)
    }

    /// The architecture for C channels.
    func configuration(for data: TrainingData) -> LatentODE.Configuration {
        var configuration = LatentODE.Configuration(
            channels: data.channels, latentDimension: latent, encoderHidden: encoderHidden,
            encoderTransition: encoderTransition, dynamicsHidden: [hidden, hidden], decoderHidden: [hidden],
            covariates: data.normalization.covariateCount, relativeTolerance: tolerance,
            absoluteTolerance: 0.1 * tolerance, maxSteps: 2_000)
        configuration.encoder = encoder
        configuration.encoderOrder = encoderOrder
        configuration.noise = noise
        configuration.dynamics = dynamics
        configuration.families = data.families
        configuration.head = data.outcome.map {
            HeadConfiguration(target: $0.target, source: headSource, hidden: [hidden])
        }
        return configuration
    }

    /// The settings of a run.
    func options(seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions(
            seed: seed, maxEpochs: epochs, patience: max(20, epochs / 3), validationInterval: max(1, epochs / 50),
            batchSize: batchSize, sampleCount: sampleCount, learningRate: learningRate,
            learningRateDecay: learningRateDecay, learningRateWarmUp: max(1, epochs / 100),
            klWarmUp: max(1, Int(klWarmUpShare * Double(epochs))), gradientClipNorm: 5, weightDecay: weightDecay)
        options.headWeight = headWeight
        options.horizonGrowth = Int(horizonGrowthShare * Double(epochs))
        return options
    }
}
