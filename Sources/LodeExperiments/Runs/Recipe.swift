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
    /// Decoupled weight decay.
    public var weightDecay = 1e-4
    /// Epochs over which targets come to reach to the end of the series.
    public var horizonGrowth = 0
    /// Model time that the training series span.
    public var modelSpan = Normalization.modelSpan
    /// How the encoder reads a series.
    public var encoder = EncoderKind.recurrent
    /// Which observation a recurrent encoder reads first.
    public var encoderOrder = ReadingOrder.latestFirst
    /// Where the scale of the noise comes from.
    public var noise = NoiseModel.channel
    /// Observation times for each unit of model time on average, where their rate is learned too; nil where it is not.
    public var usualRate: Double?
    /// The weight of the head's loss.
    public var headWeight = 1.0

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
            dynamicsHidden: [hidden, hidden], decoderHidden: [hidden],
            covariates: data.normalization.covariateCount, relativeTolerance: 1e-3, absoluteTolerance: 1e-4,
            maxSteps: 2_000)
        configuration.encoder = encoder
        configuration.encoderOrder = encoderOrder
        configuration.noise = noise
        configuration.families = data.families
        configuration.intensity = usualRate.map { IntensityConfiguration(hidden: [hidden], base: $0) }
        configuration.head = data.outcome.map {
            HeadConfiguration(target: $0.target, source: .initialState, hidden: [hidden])
        }
        return configuration
    }

    /// The settings of a run.
    func options(seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions(
            seed: seed, maxEpochs: epochs, patience: max(20, epochs / 3), validationInterval: max(1, epochs / 50),
            batchSize: batchSize, sampleCount: 1, learningRate: learningRate, learningRateDecay: 0.05,
            learningRateWarmUp: max(1, epochs / 100),
            klWarmUp: max(1, Int(0.1 * Double(epochs))), gradientClipNorm: 5, weightDecay: weightDecay)
        options.headWeight = headWeight
        options.horizonGrowth = horizonGrowth
        return options
    }
}
