public import LodeNumerics
public import LodeTraining

/// Everything observed is seen, and scored: a model reconstructs what it is given.
///
/// Validation hides some, or the encoder could be judged by copying: it asks for random times, and for a last part, or for
/// what comes after the window where validation series go on beyond it.
public struct ReconstructionTasks: TaskDesign {
    /// The share of training series that show their first part only, for models asked to extrapolate.
    public var cutShare: Double
    /// The least share of the times before the cut that is seen; a random one up to 1 is drawn.
    public var leastKept: Double
    /// The share of training series whose first part is left out, the model's time 0 moving with it.
    public var shiftShare: Double
    /// Where the windows of training and test series end, for validation series that were observed beyond; nil where they
    /// were not.
    public var windowEnd: Double?

    /// A design.
    public init(cutShare: Double, leastKept: Double, shiftShare: Double) {
        self.cutShare = cutShare
        self.leastKept = leastKept
        self.shiftShare = shiftShare
    }

    /// All times are seen, or a first part of random length; all count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let count = times.count
        guard count > 1 else { return TimeRoles(seen: [true], scored: [true]) }
        let isShifted = random.uniform(0) < shiftShare
        let start = isShifted ? random.integer(1, below: max(1, count / 2)) : 0
        let isCut = random.uniform(2) < cutShare
        let share = isCut ? 0.25 + 0.75 * random.uniform(3) : 1
        let end = start + max(1, Int(share * Double(count - start)))
        let kept = leastKept + (1 - leastKept) * random.uniform(4)
        var seen = (0..<count).map { $0 >= start && $0 < end && random.uniform(5 + UInt64($0)) < kept }
        if !seen.contains(true) { seen[start] = true }
        // The start moves to anywhere between two observations, or time 0 would always hold one.
        let origin =
            start == 0 ? nil : times[start - 1] + random.uniform(5 + UInt64(count)) * (times[start] - times[start - 1])
        return TimeRoles(seen: seen, scored: (0..<count).map { $0 >= start }, origin: origin)
    }

    /// The contexts of ``EveryTask`` within the window; where series go on beyond it, extrapolation shows the window and asks
    /// for what follows it.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        let inside = windowEnd.map { end in times.prefix { $0 < end } } ?? times[...]
        let after = times.count - inside.count
        if task == .extrapolation, windowEnd != nil {
            guard !inside.isEmpty, after > 0 else { return nil }
            let seen = times.indices.map { $0 < inside.count }
            return TimeRoles(seen: seen, scored: seen.map { !$0 })
        }
        var roles = EveryTask().validation(task, times: Array(inside), repetition: repetition, random: random)
        roles?.seen += Array(repeating: false, count: after)
        roles?.scored += Array(repeating: false, count: after)
        return roles
    }
}
