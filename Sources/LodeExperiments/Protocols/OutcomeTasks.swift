public import LodeNumerics
public import LodeTraining

/// The outcome of a series is asked for, given everything that was observed of it.
public struct OutcomeTasks: TaskDesign {
    /// The share of training contexts that lack nothing.
    public var wholeShare: Double

    /// A design.
    public init(wholeShare: Double) {
        self.wholeShare = wholeShare
    }

    /// The whole series, or a random part of it, is seen; all values count.
    ///
    /// What is hidden at random keeps the encoder from remembering single series by heart.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let all = [Bool](repeating: true, count: times.count)
        if random.uniform(0) < wholeShare { return TimeRoles(seen: all, scored: all) }
        let kept = 0.5 + 0.5 * random.uniform(1)
        var seen = times.indices.map { random.uniform(UInt64(2 + $0)) < kept }
        if !seen.contains(true), !seen.isEmpty { seen[0] = true }
        return TimeRoles(seen: seen, scored: all)
    }

    /// A random third of the inner times is hidden and scored.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        guard task == .interpolation, repetition == 0 else { return nil }
        return ContextSampler.evaluation(task, count: times.count, repetition: repetition, random: random)
            .map { seen in TimeRoles(seen: seen, scored: seen.map { !$0 }) }
    }
}
