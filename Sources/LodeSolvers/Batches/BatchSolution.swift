public import LodeNumerics

/// What a solve returns.
///
/// B trajectories of D components, T evaluation times in all.
public struct BatchSolution<Scalar: KernelScalar>: Sendable {
    /// The states at the evaluation times, `[T][D]`, in the caller's order; NaN beyond where a trajectory ended early.
    ///
    /// At a time equal to the start time it is the initial state exactly.
    public internal(set) var states: [Scalar]
    /// The last states reached, `[B][D]`.
    public internal(set) var finalStates: [Scalar]
    /// The times of the last states, `[B]`: the end times where the outcome is completed.
    public internal(set) var finalTimes: [Double]
    /// How each trajectory ended, `[B]`.
    public internal(set) var outcomes: [Outcome]
    /// What each trajectory cost, `[B]`.
    public internal(set) var statistics: [SolveStatistics]
    /// What happened, trajectory by trajectory in the order it happened; empty where no events were watched for.
    public internal(set) var events: [EventOccurrence<Scalar>]
}
