internal import LodeNumerics

/// Steps of (y, a) that also integrate the parameters' gradient, ∫ aᵀ ∂f/∂θ dt, by the weights of the method.
///
/// The gradient feeds nothing back into the steps, so that the quadrature over the stages of accepted steps gives what
/// integrating it as part of the state would, with one pullback for all lanes at once.
final class AdjointStepper<Field: DifferentiableVectorField>: LaneStepper {
    typealias Scalar = Field.Scalar

    let blocks: StepBlocks<Scalar>
    let lastSlope: UnsafeMutablePointer<Scalar>
    let evaluationsPerAttempt: Int
    let evaluationsPerOutput: Int
    /// The gradient since it was last taken, `[parameterCount]`.
    let gradient: AlignedBuffer<Scalar>

    private let base: ExplicitStepper<AdjointField<Field>>
    private let adjoint: AdjointField<Field>
    private let workspace: AdjointWorkspace<Field>
    private let plan: StepPlan
    private let control: LaneControl
    private let points: UnsafeMutablePointer<Scalar>
    private let scale: UnsafeMutablePointer<Scalar>
    private let memory: AlignedBuffer<Scalar>
    private let lanes: Int

    init(
        adjoint: AdjointField<Field>, plan: StepPlan, kernels: Kernels<Scalar>, control: LaneControl,
        errorScale: ErrorScale<Scalar>
    ) {
        base = ExplicitStepper(
            field: adjoint, plan: plan, kernels: kernels, control: control, errorScale: errorScale)
        self.adjoint = adjoint
        self.plan = plan
        self.control = control
        workspace = adjoint.makeWorkspace()
        gradient = AlignedBuffer(count: adjoint.field.parameterCount)
        lanes = control.lanes
        blocks = base.blocks
        lastSlope = base.lastSlope
        evaluationsPerAttempt = base.evaluationsPerAttempt
        evaluationsPerOutput = base.evaluationsPerOutput
        memory = AlignedBuffer(count: (adjoint.dimension + 1) * control.lanes)
        points = memory.pointer
        scale = memory.pointer + adjoint.dimension * control.lanes
    }

    func evaluate(_ slope: UnsafeMutablePointer<Scalar>, _ state: UnsafePointer<Scalar>) {
        base.evaluate(slope, state)
    }

    func attempt() { base.attempt() }
    func setPowers() { base.setPowers() }
    func enter(_ lane: Int) {}
    func copyLane(_ from: Int, to lane: Int) {}
    func restart() {}

    func accept() {
        // The attempts run against time: the gradient's weights are −h b_i.
        let weights = plan.stages[plan.stageCount - 1]
        blocks.kernels.narrow(scale, control.attempted, count: lanes)
        for term in 0..<weights.count { add(stage: weights.stages[term], weight: -weights.weights[term]) }
    }

    private func add(stage: Int, weight: Double) {
        let field = adjoint.field
        let count = field.dimension * lanes
        // Lanes that were not accepted repeat the start of their attempt, which is finite.
        points.update(from: blocks.state, count: 2 * count)
        if stage > 0 {
            blocks.combine(blocks.error, base: blocks.state, plan.stages[stage])
            blocks.merge(points, blocks.error)
        }
        control.setStageTimes(node: plan.nodes[stage])
        for lane in 0..<lanes where control.mask[lane] == 0 { control.stageTime[lane] = control.time[lane] }
        let cotangent = workspace.cotangent.pointer
        let scaled = workspace.slope.pointer
        blocks.kernels.combine(
            scaled, base: nil, scale: scale, term: points + count, coefficient: weight, components: field.dimension,
            lanes: lanes)
        workspace.cotangent.clear()
        blocks.kernels.mergeLanes(
            cotangent, scaled, mask: blocks.mask, components: field.dimension, lanes: lanes)
        let inner = adjoint.innerPoints(
            LanePoints(
                lanes: lanes, times: control.stageTime, states: points, trajectories: control.trajectory), workspace)
        field.evaluate(scaled, at: inner, recordingTo: workspace.tape, workspace: workspace.inner)
        field.pullback(
            cotangent, at: inner, tape: workspace.tape, stateCotangent: workspace.stateCotangent.pointer,
            parameterCotangent: gradient.pointer, timeCotangent: nil, workspace: workspace.inner)
    }
}
