public import LodeNumerics

/// Which times of a series an encoder sees, and at which the values are asked for.
///
/// Legend: T distinct times.
public struct TimeRoles: Sendable, Hashable {
    /// Whether the encoder sees the observations at a time, `[T]`.
    public var seen: [Bool]
    /// Whether the observations at a time count in the likelihood or the score, `[T]`; in training, none before the origin.
    public var scored: [Bool]
    /// The time of model time 0; nil leaves it where the normalisation puts it.
    ///
    /// A design for series whose laws do not depend on the clock may move it, so that one series shows many starts.
    public var origin: Double?

    /// Roles of the same number of times.
    public init(seen: [Bool], scored: [Bool], origin: Double? = nil) {
        precondition(seen.count == scored.count, "\(seen.count) times seen or not, \(scored.count) scored or not")
        self.seen = seen
        self.scored = scored
        self.origin = origin
    }
}

/// How series become tasks: what training contexts look like, and what validation asks.
///
/// A published protocol is one design; ``EveryTask`` is what `lode train` uses.
public protocol TaskDesign: Sendable {
    /// The roles of a training series' times in one epoch; `random` differs between epochs and series.
    func training(times: [Double], random: CounterRandom) -> TimeRoles

    /// How far past model time 0 the targets of a training series may lie, in its unit of time.
    ///
    /// - Parameter origin: where the normalisation puts model time 0; a design may move it.
    func trainedReach(times: [Double], origin: Double) -> Double

    /// The roles of a validation series' times; nil where the series or the design does not have the task.
    ///
    /// - Parameter repetition: further ones ask the same series with other times hidden.
    func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles?

    /// The roles of a validation series' times where correction and bands are learnt: contexts as they will be in use.
    func calibration(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles?
}

extension TaskDesign {
    /// The last time of the series, from an origin that is not moved.
    public func trainedReach(times: [Double], origin: Double) -> Double {
        (times.last ?? origin) - origin
    }

    /// A published protocol asks one kind of question: what decides when to stop.
    public func calibration(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        validation(task, times: times, repetition: repetition, random: random)
    }
}

/// Interpolation and extrapolation of every severity; the model knows neither in advance.
public struct EveryTask: TaskDesign {
    /// The design of `lode train`.
    public init() {}

    /// A random context; all values count.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        TimeRoles(
            seen: ContextSampler.training(count: times.count, random: random),
            scored: Array(repeating: true, count: times.count))
    }

    /// A context of the report; the hidden values count.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        ContextSampler.evaluation(task, count: times.count, repetition: repetition, random: random)
            .map { seen in TimeRoles(seen: seen, scored: seen.map { !$0 }) }
    }

    /// A context of the report, or one that hides fewer times: a series in use shows all that was observed of it, so
    /// that distances are shorter than where a third is hidden.
    public func calibration(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        let seen =
            task == .interpolation
            ? ContextSampler.interpolation(
                count: times.count, share: repetition.isMultiple(of: 2) ? 0.3 : 0.1, random: random)
            : ContextSampler.evaluation(task, count: times.count, repetition: repetition, random: random)
        return seen.map { seen in TimeRoles(seen: seen, scored: seen.map { !$0 }) }
    }
}
