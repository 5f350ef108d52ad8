internal import LodeNumerics

/// Who keeps something of every accepted step of a group: checkpoints, or dense solutions.
protocol LaneRecorder<Scalar>: AnyObject {
    associatedtype Scalar: KernelScalar

    /// Whether ``record(_:_:)`` reads the coefficients of dense output.
    var needsPowers: Bool { get }
    /// A lane begins a trajectory.
    func start(lane: Int)
    /// Keeps the steps of the lanes whose attempt was accepted; the state is still that at their start.
    func record(_ control: LaneControl, _ blocks: StepBlocks<Scalar>)
    /// A trajectory is finished; `lane` is nil where it never entered one. `evaluated` is the place behind its last
    /// evaluation that was reached.
    func finish(trajectory: Int, lane: Int?, evaluated: Int)
}

extension LaneRecorder {
    var needsPowers: Bool { false }
}
