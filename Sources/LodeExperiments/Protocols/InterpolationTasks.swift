public import LodeNumerics
public import LodeTraining

/// A random fraction of the times is seen and all are scored.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, arXiv:1907.03907; `split_data_interp` and `subsample_timepoints` of
/// YuliaRubanova/latent_ode. The published score counts the seen times too.
public struct InterpolationTasks: PublishedDesign {
    /// The share of times that is seen, in (0, 1].
    public var fraction: Double
    /// The largest share that training shows; a random one from `fraction` on is drawn for each series.
    ///
    /// Few values say little; contexts that say more teach the dynamics what the encoder cannot yet infer.
    public var largestFraction: Double

    /// A design.
    public init(fraction: Double, largestFraction: Double) {
        self.fraction = fraction
        self.largestFraction = max(fraction, largestFraction)
    }

    /// A random choice of times; all count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        roles(
            times: times,
            share: fraction + (largestFraction - fraction) * random.uniform(UInt64(times.count)), random: random)
    }

    /// A random choice of times; the hidden ones count, for the seen ones say nothing of the gaps.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        guard task == .interpolation else { return nil }
        let roles = published(times: times, random: random)
        return TimeRoles(seen: roles.seen, scored: roles.seen.map { !$0 })
    }

    /// The published test: a random choice is seen, all times are scored.
    public func published(times: [Double], random: CounterRandom) -> TimeRoles {
        roles(times: times, share: fraction, random: random)
    }

    private func roles(times: [Double], share: Double, random: CounterRandom) -> TimeRoles {
        TimeRoles(
            seen: RandomTimes.seen(fraction: share, of: times.count, random: random),
            scored: Array(repeating: true, count: times.count))
    }
}
