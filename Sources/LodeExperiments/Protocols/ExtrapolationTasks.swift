public import LodeNumerics
public import LodeTraining

/// A random fraction of the first part of the times is seen, and what follows is scored.
///
/// `split_data_extrap` and `subsample_timepoints` of YuliaRubanova/latent_ode: the first half, or third for the hopper.
/// The first part ends at a time, for sparse series may train beside complete ones.
public struct ExtrapolationTasks: PublishedDesign {
    /// Times before this belong to the first part.
    public var cut: Double
    /// How many times a complete series has in its first part; fractions are of this number.
    public var firstPartCount: Int
    /// The shares of the first part's times that are seen.
    public var fractions: [Double]
    /// Whether model time 0 lies at the cut, as published: the first latent state is that of the first predicted time,
    /// and the dynamics have the second part alone to learn.
    public var startsAtCut = false

    /// A design.
    public init(cut: Double, firstPartCount: Int, fractions: [Double]) {
        self.cut = cut
        self.firstPartCount = firstPartCount
        self.fractions = fractions
    }

    /// The published roles; where trajectories start at the origin, the first part counts too, which steadies the
    /// dynamics.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        var roles = published(times: times, random: random)
        if !startsAtCut { roles.scored = Array(repeating: true, count: times.count) }
        return roles
    }

    /// From the origin or the cut.
    public func trainedReach(times: [Double], origin: Double) -> Double {
        let start = startsAtCut ? cut : origin
        return max((times.last ?? start) - start, 0)
    }

    /// The published roles.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation && times.contains { $0 >= cut } ? published(times: times, random: random) : nil
    }

    /// The published test: a random choice of the first part is seen, the rest is scored.
    ///
    /// A sparse series has fewer times than a complete one shows; all it has are seen then.
    public func published(times: [Double], fraction: Double, random: CounterRandom) -> TimeRoles {
        let first = times.count { $0 < cut }
        let kept = max(1, Int(fraction * Double(firstPartCount)))
        var seen = [Bool](repeating: false, count: times.count)
        for index in random.permutation(first).prefix(kept) { seen[index] = true }
        return TimeRoles(seen: seen, scored: times.map { $0 >= cut }, origin: startsAtCut ? cut : nil)
    }
}
