import ArgumentParser
import LodeService

/// What a person may fix of a training; the rest is chosen from the data, or searched by `lode tune`.
struct TrainingSettings: ParsableArguments {
    @Option(help: "Decides everything random; the same seed gives the same model.") var seed: UInt64 = 1
    @Option(help: "The most passes over the training series.") var maxEpochs: Int?
    @Option(help: "Epochs without improvement before training ends.") var patience: Int?
    @Option(help: "Components of the latent state.") var latentDimension: Int?
    @Option(help: "Width of the hidden layers.") var hiddenDimension: Int?
    @Option(help: "The first learning rate.") var learningRate: Double?
    @Option(help: "Threads to train with; does not change the result.") var threads: Int?
    @Option(
        name: .customLong("likelihood"),
        help: ArgumentHelp(
            "What a channel holds: gaussian, student-t, poisson, negative-binomial or bernoulli. Repeat for others.",
            valueName: "channel=kind"))
    var likelihoods: [ChannelLikelihood] = []
    @Option(help: "Noise as one number a channel, or decoded at each point.") var noise: TrainingRequest.Noise?
    @Flag(help: "Learn the rate of observation times too.") var intensity = false
    @Option(help: "A label that the model should tell of a series.") var outcome: String?
    @Option(help: "What the outcome is read from.") var outcomeSource: TrainingRequest.OutcomeSource?
    @Option(help: "Posterior samples of each series in the bound.") var samples: Int?
    @Flag(help: "Weight the samples by importance (IWAE).") var importanceWeighted = false
    @Option(help: "What the initial latent state of a series is taken to be spread like.")
    var posterior: TrainingRequest.Posterior?
    @Option(help: "Start this often from other initial weights and keep the best.") var restarts: Int?
    @Option(help: "Epochs over which targets come to reach to the end of long series.") var horizonGrowth: Int?
    @Option(help: "How the encoder reads a series.") var encoder: TrainingRequest.Encoder?
    @Option(help: "Whether the latent dynamics read the time.") var dynamics: TrainingRequest.Dynamics?
    @Option(help: "The most that a latent component moves in a unit of model time.") var derivativeBound: Double?
    @Option(help: "Whether that bound stays or is learned from there (learned).")
    var derivativeBoundKind: TrainingRequest.BoundKind?
    @Option(help: "Decoupled weight decay.") var weightDecay: Double?
    @Option(help: "What latent paths pay for.") var pathPenalty: TrainingRequest.PathMeasure?
    @Option(help: "What a unit of it costs (0.01).") var pathPenaltyWeight: Double?
    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "A channel that is known beforehand and how it is read: hold or linear. Repeat for others. Channels that "
                + "`lode channel --input` named are inputs anyway.", valueName: "channel=reading"))
    var inputs: [KnownInputReading] = []
    @OptionGroup var promotion: PromotionOptions
    @Option(help: "Times of the windows that long series are cut into.") var windowTimes: Int?
    @Flag(
        help: "Start from the weights of the version in production, else the latest, if its architecture is the same.")
    var warmStart = false

    /// What is asked of the workers.
    func request(dataset: String) -> TrainingRequest {
        var request = TrainingRequest(
            dataset: dataset, seed: seed, maxEpochs: maxEpochs, patience: patience,
            latentDimension: latentDimension, hiddenDimension: hiddenDimension, learningRate: learningRate,
            threads: threads)
        if !likelihoods.isEmpty {
            request.likelihoods = Dictionary(likelihoods.map { ($0.channel, $0.kind) }) { _, last in last }
        }
        request.noise = noise
        request.intensity = intensity ? true : nil
        request.outcome = outcome
        request.outcomeSource = outcomeSource
        request.samples = samples
        request.importanceWeighted = importanceWeighted ? true : nil
        request.posterior = posterior
        request.restarts = restarts
        request.horizonGrowth = horizonGrowth
        request.encoder = encoder
        request.dynamics = dynamics
        request.derivativeBound = derivativeBound
        request.derivativeBoundKind = derivativeBoundKind
        request.weightDecay = weightDecay
        request.pathPenalty = pathPenalty
        request.pathPenaltyWeight = pathPenaltyWeight
        if !inputs.isEmpty {
            request.inputs = Dictionary(inputs.map { ($0.channel, $0.reading) }) { _, last in last }
        }
        request.promote = promotion.rule
        request.keepVersions = promotion.keepVersions
        request.windowTimes = windowTimes
        request.warmStart = warmStart ? true : nil
        return request
    }
}
