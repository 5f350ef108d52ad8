internal import LodeNumerics

/// What a method does in the lanes of a block; the lanes' solver does everything else.
///
/// One thread owns an instance. The first slope, f at the start of the attempt, is kept by the solver: a stepper finds
/// it in `blocks.slopes` and leaves f at the end of the attempt in ``lastSlope``.
protocol LaneStepper<Scalar>: AnyObject, SendableMetatype {
    associatedtype Scalar: KernelScalar

    var blocks: StepBlocks<Scalar> { get }
    /// f at the end of the attempt.
    var lastSlope: UnsafeMutablePointer<Scalar> { get }
    /// Evaluations of the field that each attempt costs a trajectory, and that each step with outputs costs besides.
    var evaluationsPerAttempt: Int { get }
    var evaluationsPerOutput: Int { get }

    /// slope = f at the control's stage times.
    func evaluate(_ slope: UnsafeMutablePointer<Scalar>, _ state: UnsafePointer<Scalar>)
    /// Tries a step of the control's sizes: the candidate state, the last slope, and the error norms in the control.
    func attempt()
    /// The coefficients of dense output over the attempt.
    func setPowers()
    /// A trajectory has entered a lane, with its state and first slope.
    func enter(_ lane: Int)
    /// Another lane's trajectory is to be repeated in an idle lane, besides the state and the first slope.
    func copyLane(_ from: Int, to lane: Int)
    /// The attempt of the lanes in `blocks.mask` counts; called before the state moves on.
    func accept()
    /// The first slope of the lanes in `blocks.mask` has been replaced after a jump of the field.
    func restart()
}
