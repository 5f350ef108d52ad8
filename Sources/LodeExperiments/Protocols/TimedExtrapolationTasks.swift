public import LodeNumerics
public import LodeTraining

/// As ``ExtrapolationTasks`` for series of which some are sparse: the first part ends at a time, not at a count.
public struct TimedExtrapolationTasks: PublishedDesign {
    /// The last time of the first part.
    public var lastSeen: Double
    /// The share of a complete series' first part that is seen, in (0, 1].
    public var fraction: Double
    /// How many times a complete series has in its first part.
    public var fullCount: Int

    /// A design.
    public init(lastSeen: Double, fraction: Double, fullCount: Int) {
        self.lastSeen = lastSeen
        self.fraction = fraction
        self.fullCount = fullCount
    }

    /// As published, and the first part counts too; a sparse series shows all that it has of it.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        var roles = published(times: times, random: random)
        roles.scored = Array(repeating: true, count: times.count)
        return roles
    }

    /// The published task.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation && times.count > 1 ? published(times: times, random: random) : nil
    }

    /// A random choice of the first part is seen, the rest is scored.
    public func published(times: [Double], random: CounterRandom) -> TimeRoles {
        let cut = times.count { $0 <= lastSeen }
        let kept = max(1, Int(fraction * Double(fullCount)))
        var seen = [Bool](repeating: false, count: times.count)
        for index in random.permutation(cut).prefix(kept) { seen[index] = true }
        return TimeRoles(seen: seen, scored: (0..<times.count).map { $0 >= cut })
    }
}
