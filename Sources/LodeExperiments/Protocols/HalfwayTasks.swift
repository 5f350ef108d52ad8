public import LodeNumerics
public import LodeTraining

/// Times before a cut are seen, and those from it on are scored.
public struct HalfwayTasks: TaskDesign {
    /// The first time that is not seen.
    public var cut: Double
    /// The earliest cut that training draws; `cut` where it does not move.
    public var earliestCut: Double

    /// A design.
    public init(cut: Double, earliestCut: Double) {
        self.cut = cut
        self.earliestCut = earliestCut
    }

    /// What comes before a random cut, or the published one, is seen; all times count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let isMoved = random.uniform(0) < 0.5
        let own = isMoved ? earliestCut + (cut - earliestCut) * random.uniform(1) : cut
        return TimeRoles(seen: times.map { $0 < own }, scored: Array(repeating: true, count: times.count))
    }

    /// The published roles.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation ? published(times: times) : nil
    }

    /// What comes before the cut is seen, the rest is scored.
    public func published(times: [Double]) -> TimeRoles {
        TimeRoles(seen: times.map { $0 < cut }, scored: times.map { $0 >= cut })
    }
}
