public import LodeNumerics
public import LodeTraining

/// Everything observed is seen, and scored: a model reconstructs what it is given.
///
/// Validation hides some, or the encoder could be judged by copying: it asks for random times, and for a last part.
public struct ReconstructionTasks: TaskDesign {
    /// The share of training series that show their first part only, for models asked to extrapolate.
    public var cutShare: Double

    /// A design.
    public init(cutShare: Double) {
        self.cutShare = cutShare
    }

    /// All times are seen, or a first part of random length; all count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let count = times.count
        let isCut = count > 1 && random.uniform(0) < cutShare
        let cut = isCut ? max(1, Int((0.25 + 0.75 * random.uniform(1)) * Double(count))) : count
        return TimeRoles(seen: (0..<count).map { $0 < cut }, scored: Array(repeating: true, count: count))
    }

    /// The contexts of ``EveryTask``.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        EveryTask().validation(task, times: times, repetition: repetition, random: random)
    }
}

/// A random fraction of the times is seen and all are scored.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, arXiv:1907.03907; `split_data_interp` and `subsample_timepoints` of
/// YuliaRubanova/latent_ode. The published score counts the seen times too.
public struct InterpolationTasks: TaskDesign {
    /// The share of times that is seen, in (0, 1].
    public var fraction: Double

    /// A design.
    public init(fraction: Double) {
        self.fraction = fraction
    }

    /// A random choice of times; all count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        published(count: times.count, random: random)
    }

    /// A random choice of times; the hidden ones count, for the seen ones say nothing of the gaps.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        guard task == .interpolation else { return nil }
        let roles = published(count: times.count, random: random)
        return TimeRoles(seen: roles.seen, scored: roles.seen.map { !$0 })
    }

    /// The published test: a random choice is seen, all times are scored.
    public func published(count: Int, random: CounterRandom) -> TimeRoles {
        TimeRoles(
            seen: RandomTimes.seen(fraction: fraction, of: count, random: random),
            scored: Array(repeating: true, count: count))
    }
}

/// A random fraction of the first part of the times is seen, and what follows is scored.
///
/// `split_data_extrap` and `subsample_timepoints` of YuliaRubanova/latent_ode: the first half, or third for the hopper.
public struct ExtrapolationTasks: TaskDesign {
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
        var roles = published(count: times.count, random: random)
        if trainsOnFirstPart { roles.scored = Array(repeating: true, count: times.count) }
        return roles
    }

    /// The published task.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation && times.count > 1 ? published(count: times.count, random: random) : nil
    }

    /// The published test: a random choice of the first part is seen, the rest is scored.
    public func published(count: Int, random: CounterRandom) -> TimeRoles {
        let cut = max(1, Int(firstPart * Double(count)))
        let first = RandomTimes.seen(fraction: fraction, of: cut, random: random)
        return TimeRoles(
            seen: first + Array(repeating: false, count: count - cut), scored: (0..<count).map { $0 >= cut })
    }
}

/// A random choice of times.
enum RandomTimes {
    /// `fraction` of `count` times, at least one, without replacement.
    static func seen(fraction: Double, of count: Int, random: CounterRandom) -> [Bool] {
        let kept = min(count, max(1, Int(fraction * Double(count))))
        var seen = [Bool](repeating: false, count: count)
        for index in random.permutation(count).prefix(kept) { seen[index] = true }
        return seen
    }
}
