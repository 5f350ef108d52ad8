/// Input that no solve can start from.
///
/// What goes wrong during a solve is an ``Outcome`` of the trajectory.
public enum SolveError: Error, Sendable, Hashable {
    /// An array or a setting has another length than the rest implies.
    case shapeMismatch(what: String, expected: Int, actual: Int)
    /// The tolerances of a component are negative, not finite or both zero.
    case invalidTolerance(component: Int, relative: Double, absolute: Double)
    /// A setting of the step-size controller, by name, is out of range.
    case invalidController(String, Double)
    /// The step limit is below 1.
    case invalidStepLimit(Int)
    /// A solve that is to be pulled back watches for events, which have no gradient here.
    case eventsInRecordedSolve
    /// The method estimates no error and so needs a constant step size.
    case methodWithoutErrorEstimate(method: String)
    /// A jump time is NaN or infinite.
    case nonFiniteJumpTime(Double)
    /// A trajectory's own jump times do not ascend, or their offsets fall.
    case invalidJumps(trajectory: Int)
    /// A start or end time is NaN or infinite.
    case nonFiniteSpan(trajectory: Int, start: Double, end: Double)
    /// An evaluation time is NaN or outside the trajectory's span.
    case evaluationTimeOutsideSpan(trajectory: Int, time: Double, start: Double, end: Double)
    /// The offsets of trajectories' evaluation times fall, or do not cover the times.
    case invalidOffsets(trajectory: Int)
}

extension SolveError: CustomStringConvertible {
    /// What is wrong, with the value, and what to do.
    public var description: String {
        switch self {
        case .shapeMismatch(let what, let expected, let actual):
            "\(what): expected \(expected), got \(actual)"
        case .invalidTolerance(let component, let relative, let absolute):
            "tolerances of component \(component): relative \(relative), absolute \(absolute); "
                + "both must be finite and not negative, one of them positive"
        case .invalidController(let name, let value):
            "step-size controller: \(name) is \(value), which is out of range"
        case .invalidStepLimit(let limit):
            "a limit of \(limit) steps; it must be at least 1"
        case .eventsInRecordedSolve:
            "the gradient of a solve with events is not defined here: solve without them, or up to the event's time"
        case .methodWithoutErrorEstimate(let method):
            "\(method) has no error estimate: give a constant step size, or choose a method with an embedded one"
        case .nonFiniteJumpTime(let time):
            "the jump time \(time) is not finite"
        case .invalidJumps(let trajectory):
            "trajectory \(trajectory): its jump times do not ascend, or their offsets fall"
        case .nonFiniteSpan(let trajectory, let start, let end):
            "trajectory \(trajectory): the span from \(start) to \(end) is not finite"
        case .evaluationTimeOutsideSpan(let trajectory, let time, let start, let end):
            "trajectory \(trajectory): the evaluation time \(time) is outside the span from \(start) to \(end)"
        case .invalidOffsets(let trajectory):
            "the evaluation offsets at trajectory \(trajectory) fall, or do not start at 0 and end at the last time"
        }
    }
}
