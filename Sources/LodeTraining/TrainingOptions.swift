internal import Foundation
public import LodeModels

/// The settings of a training run.
///
/// None is chosen silently: ``TrainingPlan`` sets them and says so.
public struct TrainingOptions: Sendable, Hashable {
    /// Decides weights, minibatches, contexts, samples and the split.
    public var seed: UInt64
    /// The most passes over the training series.
    public var maxEpochs: Int
    /// Epochs without a better validation score before training ends.
    public var patience: Int
    /// Epochs between two looks at the validation series.
    public var validationInterval: Int
    /// Series in a minibatch.
    public var batchSize: Int
    /// Posterior samples of each series in the bound.
    public var sampleCount: Int
    /// The learning rate after the warm-up.
    public var learningRate: Double
    /// By what the learning rate is multiplied from the start of training to `maxEpochs`, geometrically.
    public var learningRateDecay: Double
    /// Epochs over which the learning rate rises linearly.
    public var learningRateWarmUp: Int
    /// Epochs over which the weight of the divergence rises linearly from 0 to 1.
    public var klWarmUp: Int
    /// The largest norm of a gradient.
    public var gradientClipNorm: Double
    /// Decoupled weight decay.
    public var weightDecay: Double
    /// Whether the bound is the importance-weighted one; counts with two samples or more.
    public var isImportanceWeighted = false
    /// The weight of the likelihood of observation times, where the model has an intensity.
    public var intensityWeight = 1.0
    /// The weight of the head's loss, in nats for each labelled series, where the model has one.
    public var headWeight = 1.0
    /// Epochs over which targets reach from the first fifth of the trained horizon to all of it; 0 for all at once.
    ///
    /// Long and oscillating series are learnt from their beginning on: a trajectory that is wrong early tells nothing
    /// about later.
    public var horizonGrowth = 0
    /// How often training is done from other initial weights; the best is kept.
    public var restarts = 1
    /// What latent trajectories pay for moving; nil for nothing.
    public var pathPenalty: PathPenalty?

    /// Settings; those with a default are set after it.
    public init(
        seed: UInt64, maxEpochs: Int, patience: Int, validationInterval: Int, batchSize: Int, sampleCount: Int,
        learningRate: Double, learningRateDecay: Double, learningRateWarmUp: Int, klWarmUp: Int,
        gradientClipNorm: Double, weightDecay: Double
    ) {
        self.seed = seed
        self.maxEpochs = maxEpochs
        self.patience = patience
        self.validationInterval = validationInterval
        self.batchSize = batchSize
        self.sampleCount = sampleCount
        self.learningRate = learningRate
        self.learningRateDecay = learningRateDecay
        self.learningRateWarmUp = learningRateWarmUp
        self.klWarmUp = klWarmUp
        self.gradientClipNorm = gradientClipNorm
        self.weightDecay = weightDecay
    }

    /// The learning rate of an epoch, counted from 0.
    func learningRate(epoch: Int) -> Double {
        let warmUp = min(1, Double(epoch + 1) / Double(max(learningRateWarmUp, 1)))
        let progress = Double(epoch) / Double(max(maxEpochs, 1))
        return learningRate * warmUp * pow(learningRateDecay, progress)
    }

    /// The weight of the divergence in an epoch, counted from 0.
    func klWeight(epoch: Int) -> Double {
        min(1, Double(epoch + 1) / Double(max(klWarmUp, 1)))
    }

    /// The share of the trained horizon that targets reach to in an epoch, counted from 0.
    func horizonShare(epoch: Int) -> Double {
        horizonGrowth == 0 ? 1 : min(1, 0.2 + 0.8 * Double(epoch) / Double(horizonGrowth))
    }

    /// The objective of an epoch, counted from 0.
    func objective(epoch: Int) -> Objective {
        var objective = Objective(sampleCount: sampleCount, klWeight: klWeight(epoch: epoch))
        objective.isImportanceWeighted = isImportanceWeighted && sampleCount > 1
        objective.intensityWeight = intensityWeight
        objective.headWeight = headWeight
        objective.pathPenalty = pathPenalty
        return objective
    }
}

extension TrainingOptions: Codable {
    private enum CodingKeys: String, CodingKey {
        case seed, maxEpochs, patience, validationInterval, batchSize, sampleCount
        case learningRate, learningRateDecay, learningRateWarmUp, klWarmUp, gradientClipNorm, weightDecay
        case isImportanceWeighted, intensityWeight, headWeight, horizonGrowth, restarts, pathPenalty
    }

    /// Reads settings; what older versions did not write has the value that they implied.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            seed: try container.decode(UInt64.self, forKey: .seed),
            maxEpochs: try container.decode(Int.self, forKey: .maxEpochs),
            patience: try container.decode(Int.self, forKey: .patience),
            validationInterval: try container.decode(Int.self, forKey: .validationInterval),
            batchSize: try container.decode(Int.self, forKey: .batchSize),
            sampleCount: try container.decode(Int.self, forKey: .sampleCount),
            learningRate: try container.decode(Double.self, forKey: .learningRate),
            learningRateDecay: try container.decode(Double.self, forKey: .learningRateDecay),
            learningRateWarmUp: try container.decode(Int.self, forKey: .learningRateWarmUp),
            klWarmUp: try container.decode(Int.self, forKey: .klWarmUp),
            gradientClipNorm: try container.decode(Double.self, forKey: .gradientClipNorm),
            weightDecay: try container.decode(Double.self, forKey: .weightDecay))
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            value = try container.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.isImportanceWeighted, into: &isImportanceWeighted)
        try read(.intensityWeight, into: &intensityWeight)
        try read(.headWeight, into: &headWeight)
        try read(.horizonGrowth, into: &horizonGrowth)
        try read(.restarts, into: &restarts)
        pathPenalty = try container.decodeIfPresent(PathPenalty.self, forKey: .pathPenalty)
    }
}
