internal import Foundation

/// The settings of a training run.
///
/// None is chosen silently: ``TrainingPlan`` sets them and says so.
public struct TrainingOptions: Sendable, Hashable, Codable {
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

    /// Settings.
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
}
