public import LodeNumerics

/// Where a vector field is evaluated: the states of one block of lanes, each at its own time.
///
/// Legend: D dimension of the state, `lanes` 1, `Kernels.lanesPerHalfBlock` or `Kernels.lanesPerBlock`.
public struct LanePoints<Scalar: KernelScalar> {
    /// How many lanes the block has; lanes beyond the last trajectory hold finite filler.
    public var lanes: Int
    /// The time of each lane, `[lanes]`.
    public var times: UnsafePointer<Double>
    /// The states, `[D][lanes]`.
    public var states: UnsafePointer<Scalar>
    /// The index within the batch of the trajectory that each lane carries, `[lanes]`; any valid index for filler.
    ///
    /// A field whose parameters or inputs differ by trajectory looks them up with it.
    public var trajectories: UnsafePointer<Int>

    /// A block of points.
    public init(
        lanes: Int, times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, trajectories: UnsafePointer<Int>
    ) {
        self.lanes = lanes
        self.times = times
        self.states = states
        self.trajectories = trajectories
    }
}

/// The right-hand side f of dy/dt = f(t, y), over blocks of lanes.
///
/// A lane's derivative must depend on that lane's time, state and trajectory alone; a field that cannot be evaluated
/// writes NaN into the lane. Evaluation allocates nothing: scratch belongs into the workspace.
public protocol VectorField<Scalar>: Sendable {
    /// The element type of states.
    associatedtype Scalar: KernelScalar
    /// Scratch of one thread; `Void` where none is needed.
    associatedtype Workspace = Void

    /// D, the components of a state.
    var dimension: Int { get }

    /// Scratch for one thread, for blocks of up to `Kernels.lanesPerBlock` lanes.
    func makeWorkspace() -> Workspace

    /// derivative[c][lane] = f(times[lane], states[·][lane])[c].
    func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Workspace)
}

extension VectorField where Workspace == Void {
    /// No scratch.
    public func makeWorkspace() {}
}

/// A vector field that can be differentiated backward, over full blocks of lanes.
public protocol DifferentiableVectorField<Scalar>: VectorField {
    /// What one evaluation keeps for its pullback, such as the activations of hidden layers.
    associatedtype Tape

    /// The length of the parameter cotangent.
    var parameterCount: Int { get }

    /// Room for the tape of one evaluation of a full block.
    func makeTape() -> Tape

    /// As ``VectorField/evaluate(_:at:workspace:)``, keeping in `tape` what the pullback needs.
    func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, recordingTo tape: Tape,
        workspace: Workspace)

    /// The vector-Jacobian product at the points that `tape` was recorded at.
    ///
    /// - Parameters:
    ///   - cotangent: that of the derivative, `[D][lanes]`; zero in lanes that do not count.
    ///   - points: the points of the evaluation.
    ///   - stateCotangent: receives (∂f/∂y)ᵀ cotangent, `[D][lanes]`, overwritten.
    ///   - parameterCotangent: has (∂f/∂θ)ᵀ cotangent, summed over the lanes, added to it, `[parameterCount]`.
    ///   - timeCotangent: receives (∂f/∂t)ᵀ cotangent, `[lanes]`, overwritten; nil where nobody asks.
    func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Workspace)

    /// As ``pullback(_:at:tape:stateCotangent:parameterCotangent:timeCotangent:workspace:)`` without the times, for who
    /// needs the parameters' cotangent only at the end of many pullbacks: until ``settle(parameterCotangent:workspace:)``
    /// the field may keep shares of it back in the workspace, to add them up faster.
    func pullbackDeferring(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        workspace: Workspace)

    /// Adds to `parameterCotangent` what pullbacks with it and this workspace have kept back.
    func settle(parameterCotangent: UnsafeMutablePointer<Scalar>, workspace: Workspace)

    /// As ``pullback(_:at:tape:stateCotangent:parameterCotangent:timeCotangent:workspace:)`` for who needs the state's
    /// cotangent alone: a field whose parameters' cotangent is dear leaves it out.
    ///
    /// - Parameter scratch: `[parameterCount]`, for whatever; nobody reads it.
    func pullbackState(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, scratch: UnsafeMutablePointer<Scalar>, workspace: Workspace)
}

extension DifferentiableVectorField {
    /// Keeps nothing back.
    public func pullbackDeferring(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        workspace: Workspace
    ) {
        pullback(
            cotangent, at: points, tape: tape, stateCotangent: stateCotangent,
            parameterCotangent: parameterCotangent, timeCotangent: nil, workspace: workspace)
    }

    /// Nothing was kept back.
    public func settle(parameterCotangent: UnsafeMutablePointer<Scalar>, workspace: Workspace) {}

    /// The whole pullback, with the parameters' cotangent added to the scratch.
    public func pullbackState(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, scratch: UnsafeMutablePointer<Scalar>, workspace: Workspace
    ) {
        pullback(
            cotangent, at: points, tape: tape, stateCotangent: stateCotangent, parameterCotangent: scratch,
            timeCotangent: nil, workspace: workspace)
    }
}
