/// What one minibatch's loss is made of; sums over all of its series.
public struct EvidenceLowerBound: Sendable, Hashable {
    /// log p(targets | z), averaged over the posterior samples, in nats.
    public var logLikelihood: Double
    /// The divergence of the posteriors from the prior, in nats.
    public var klDivergence: Double
    /// How many observed values the likelihood counts.
    public var observedCount: Int
    /// Trajectories that the solver did not finish; they count for nothing above.
    public var unfinishedTrajectories: Int

    /// The loss: the negative bound with the divergence weighted, for each observed value.
    public func loss(klWeight: Double) -> Double {
        (klWeight * klDivergence - logLikelihood) / Double(max(observedCount, 1))
    }
}
