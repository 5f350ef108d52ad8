public import LodeNumerics
public import LodeTraining

/// A random fraction of the times is seen and all are scored.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, arXiv:1907.03907; `split_data_interp` and `subsample_timepoints` of
/// YuliaRubanova/latent_ode. The published score counts the seen times too.
public struct InterpolationTasks: PublishedDesign {
    /// The shares of times that are seen.
    public var fractions: [Double]
    /// Times of the window that training draws anew for each series and epoch, model time 0 at its first; nil for series
    /// that are windows already.
    ///
    /// The published code draws one window of each series for good; it has 8,000 series.
    public var windowCount: Int?

    /// A design.
    public init(fractions: [Double]) {
        self.fractions = fractions
    }

    /// A random choice of times, all or those of a random window; all of these count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        guard let windowCount, times.count > windowCount else { return published(times: times, random: random) }
        // A word of the stream that no choice of times uses.
        let start = random.integer(UInt64(2 * times.count), below: times.count - windowCount + 1)
        let window = start..<start + windowCount
        let inner = published(times: Array(times[window]), random: random)
        var roles = TimeRoles(
            seen: Array(repeating: false, count: times.count), scored: times.indices.map { window.contains($0) },
            origin: times[start])
        roles.seen.replaceSubrange(window, with: inner.seen)
        return roles
    }

    /// The longest window.
    public func trainedReach(times: [Double], origin: Double) -> Double {
        guard let windowCount, times.count > windowCount else { return (times.last ?? origin) - origin }
        return zip(times.dropFirst(windowCount - 1), times).reduce(0) { max($0, $1.0 - $1.1) }
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
