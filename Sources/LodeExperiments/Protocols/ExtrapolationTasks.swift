public import LodeNumerics
public import LodeTraining

/// A random fraction of the first part of the times is seen, and what follows is scored.
///
/// `split_data_extrap` and `subsample_timepoints` of YuliaRubanova/latent_ode: the first half, or third for the hopper.
public struct ExtrapolationTasks: PublishedDesign {
    /// The share of times in the first part, in (0, 1).
    public var firstPart: Double
    /// The share of the first part's times that is seen, in (0, 1].
    public var fraction: Double
    /// Whether the first part counts in training too; the published code trains on the rest alone.
    public var trainsOnFirstPart: Bool

    /// A design.
    public init(firstPart: Double, fraction: Double, trainsOnFirstPart: Bool) {
        self.firstPart = firstPart
        self.fraction = fraction
        self.trainsOnFirstPart = trainsOnFirstPart
    }

    /// A random choice from the first part; the rest counts.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        var roles = published(times: times, random: random)
        if trainsOnFirstPart { roles.scored = Array(repeating: true, count: times.count) }
        return roles
    }

    /// The published task.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation && times.count > 1 ? published(times: times, random: random) : nil
    }

    /// The published test: a random choice of the first part is seen, the rest is scored.
    public func published(times: [Double], random: CounterRandom) -> TimeRoles {
        let count = times.count
        let cut = max(1, Int(firstPart * Double(count)))
        let first = RandomTimes.seen(fraction: fraction, of: cut, random: random)
        return TimeRoles(
            seen: first + Array(repeating: false, count: count - cut), scored: (0..<count).map { $0 >= cut })
    }
}
