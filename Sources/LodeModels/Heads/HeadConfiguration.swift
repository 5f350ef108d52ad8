/// What a model says about a series as a whole, read from its latent trajectory and trained with it.
public struct HeadConfiguration: Sendable, Hashable, Codable {
    /// What is predicted.
    public enum Target: String, Sendable, Hashable, Codable {
        /// The probability of an outcome that is 0 or 1.
        case probability
        /// The mean of a real outcome, in normalised units, with unit variance.
        case value
    }

    /// What of the latent trajectory is read.
    public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        /// The state at the origin.
        case initialState
        /// The average of what is read along the trajectory, from the origin to the last observation.
        case trajectory
    }

    /// What is predicted.
    public var target: Target
    /// What is read.
    public var source: Source
    /// Widths of the hidden layers.
    public var hidden: [Int]

    /// A head.
    public init(target: Target, source: Source, hidden: [Int]) {
        self.target = target
        self.source = source
        self.hidden = hidden
    }
}

/// The rate of observation times as a function of the latent state.
public struct IntensityConfiguration: Sendable, Hashable, Codable {
    /// Widths of the hidden layers.
    public var hidden: [Int]
    /// Observation times for each unit of model time on average: what an output of 0 means.
    public var base: Double

    /// An intensity network.
    public init(hidden: [Int], base: Double) {
        self.hidden = hidden
        self.base = base
    }
}
