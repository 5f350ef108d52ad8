/// What training maximises: an evidence lower bound and what is trained beside it.
public struct Objective: Sendable, Hashable {
    /// Posterior samples of each series.
    public var sampleCount: Int
    /// The weight of the divergence from the prior.
    public var klWeight: Double
    /// Whether the bound is the importance-weighted one of several samples.
    ///
    /// Y. Burda, R. Grosse, R. Salakhutdinov, ICLR 2016, arXiv:1509.00519. With one sample it is an estimate of the same
    /// bound as without.
    public var isImportanceWeighted = false
    /// The weight of the likelihood of observation times, where the model has an intensity.
    public var intensityWeight = 1.0
    /// The weight of the head's loss, in nats for each labelled series, where the model has one.
    public var headWeight = 1.0
    /// What latent trajectories pay for moving; nil for nothing.
    public var pathPenalty: PathPenalty?

    /// An objective.
    public init(sampleCount: Int, klWeight: Double) {
        self.sampleCount = sampleCount
        self.klWeight = klWeight
    }
}
