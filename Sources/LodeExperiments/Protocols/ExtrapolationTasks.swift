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
    /// The largest share that training shows; a random one from `fraction` on is drawn for each series.
    ///
    /// Few values say little; contexts that say more teach the dynamics what the encoder cannot yet infer.
    public var largestFraction: Double

    /// A design.
    public init(firstPart: Double, fraction: Double, trainsOnFirstPart: Bool, largestFraction: Double) {
        self.firstPart = firstPart
        self.fraction = fraction
        self.trainsOnFirstPart = trainsOnFirstPart
        self.largestFraction = max(fraction, largestFraction)
    }

    /// A random choice from the first part; the rest counts.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let share = fraction + (largestFraction - fraction) * random.uniform(UInt64(times.count))
        var roles = roles(times: times, share: share, random: random)
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
        roles(times: times, share: fraction, random: random)
    }

    private func roles(times: [Double], share: Double, random: CounterRandom) -> TimeRoles {
        let count = times.count
        let cut = max(1, Int(firstPart * Double(count)))
        let first = RandomTimes.seen(fraction: share, of: cut, random: random)
        return TimeRoles(
            seen: first + Array(repeating: false, count: count - cut), scored: (0..<count).map { $0 >= cut })
    }
}
