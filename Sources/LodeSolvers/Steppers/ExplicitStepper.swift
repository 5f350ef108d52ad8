internal import LodeNumerics

/// Explicit Runge–Kutta steps: the one stepper of every tableau.
final class ExplicitStepper<Field: VectorField>: LaneStepper {
    typealias Scalar = Field.Scalar

    let blocks: StepBlocks<Scalar>
    let lastSlope: UnsafeMutablePointer<Scalar>
    let evaluationsPerAttempt: Int
    let evaluationsPerOutput: Int

    private let field: Field
    private let workspace: Field.Workspace
    private let plan: StepPlan
    private let control: LaneControl
    private let errorScale: ErrorScale<Scalar>
    private let lanes: Int

    init(
        field: Field, plan: StepPlan, kernels: Kernels<Scalar>, control: LaneControl, errorScale: ErrorScale<Scalar>
    ) {
        self.field = field
        self.plan = plan
        self.control = control
        self.errorScale = errorScale
        lanes = control.lanes
        workspace = field.makeWorkspace()
        blocks = StepBlocks(
            kernels: kernels, dimension: field.dimension, lanes: control.lanes,
            slopeCount: plan.stageCount + plan.extraCount, degree: plan.degree)
        lastSlope = blocks.slope(plan.stageCount - 1)
        evaluationsPerAttempt = plan.stageCount - 1
        evaluationsPerOutput = plan.extraCount
    }

    func evaluate(_ slope: UnsafeMutablePointer<Scalar>, _ state: UnsafePointer<Scalar>) {
        field.evaluate(
            slope,
            at: LanePoints(lanes: lanes, times: control.stageTime, states: state, trajectories: control.trajectory),
            workspace: workspace)
    }

    func attempt() {
        for stage in 1..<plan.stageCount {
            blocks.combine(blocks.candidate, base: blocks.state, plan.stages[stage])
            control.setStageTimes(node: plan.nodes[stage])
            evaluate(blocks.slope(stage), blocks.candidate)
        }
        estimateError()
    }

    private func estimateError() {
        let kernels = blocks.kernels
        guard control.settings.constantStepSize == nil else {
            errorScale.finiteness(control.norm, blocks.candidate, kernels, lanes: lanes)
            return
        }
        blocks.combine(blocks.error, base: nil, plan.errors[0])
        errorScale.norm(control.norm, blocks.error, blocks.state, blocks.candidate, kernels, lanes: lanes)
        guard plan.errors[1].count > 0 else { return }
        blocks.combine(blocks.error, base: nil, plan.errors[1])
        errorScale.norm(control.secondNorm, blocks.error, blocks.state, blocks.candidate, kernels, lanes: lanes)
        control.dampNorm()
    }

    func setPowers() {
        for stage in plan.stageCount..<plan.stageCount + plan.extraCount {
            // The error has been used; the candidate has not.
            blocks.combine(blocks.error, base: blocks.state, plan.stages[stage])
            control.setStageTimes(node: plan.nodes[stage])
            evaluate(blocks.slope(stage), blocks.error)
        }
        for power in 1...plan.degree { blocks.combine(blocks.power(power), base: nil, plan.powers[power - 1]) }
    }

    func enter(_ lane: Int) {}
    func copyLane(_ from: Int, to lane: Int) {}
    func accept() {}
    func restart() {}
}
