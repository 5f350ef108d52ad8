/// What one minibatch's loss is made of; sums over all of its series.
public struct EvidenceLowerBound: Sendable, Hashable {
    /// What is minimised: the negative bound for each observed value, the head's weighted loss and the paths' penalty.
    public var loss: Double
    /// log p(targets | z), averaged over the posterior samples, in nats.
    public var logLikelihood: Double
    /// log p(observation times | z), averaged over the samples, in nats; 0 for a model without an intensity.
    public var intensityLogLikelihood: Double
    /// The divergence of the posteriors from the prior, in nats.
    public var klDivergence: Double
    /// The head's mean loss, in nats for each labelled series; nil without labels or head.
    public var headLoss: Double?
    /// What the paths' penalty adds to the loss; 0 without one.
    public var pathPenalty = 0.0
    /// How many observed values the likelihood counts.
    public var observedCount: Int
    /// Trajectories that the solver did not finish; they count for nothing above.
    public var unfinishedTrajectories: Int
}
