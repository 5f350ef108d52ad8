public import LodeNumerics
public import LodeTraining

/// A random fraction of the times is seen and all are scored.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, arXiv:1907.03907; `split_data_interp` and `subsample_timepoints` of
/// YuliaRubanova/latent_ode. The published score counts the seen times too.
public struct InterpolationTasks: PublishedDesign {
    /// The shares of times that are seen.
    public var fractions: [Double]

    /// A design.
    public init(fractions: [Double]) {
        self.fractions = fractions
    }

    /// A random choice of times; all count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        published(times: times, random: random)
    }

    /// A random choice of times; the hidden ones count, for the seen ones say nothing of the gaps.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        guard task == .interpolation else { return nil }
        let seen = published(times: times, random: random).seen
        return TimeRoles(seen: seen, scored: seen.map { !$0 })
    }

    /// The published test: a random choice is seen, all times are scored.
    public func published(times: [Double], fraction: Double, random: CounterRandom) -> TimeRoles {
        TimeRoles(
            seen: RandomTimes.seen(fraction: fraction, of: times.count, random: random),
            scored: Array(repeating: true, count: times.count))
    }
}
