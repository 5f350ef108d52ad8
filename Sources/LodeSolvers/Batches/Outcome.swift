/// How the solve of one trajectory ended.
public enum Outcome: Sendable, Hashable {
    /// The end time was reached.
    case completed
    /// A terminal event, by its index, ended the trajectory before its end time.
    case eventOccurred(Int)
    /// The step limit was used up. More steps, looser tolerances, or a stiff method may help.
    case stepLimitReached
    /// The tolerance asks for steps below the smallest: the field may be discontinuous or stiff, the tolerance too
    /// tight for the element type, or the solution goes to infinity there.
    case stepSizeUnderflow
    /// The field or the state stopped being finite however small the step.
    case nonFiniteState
    /// The initial state is NaN or infinite; nothing was solved.
    case nonFiniteInitialState

    /// Whether every requested value was computed.
    public var isCompleted: Bool { self == .completed }
}
