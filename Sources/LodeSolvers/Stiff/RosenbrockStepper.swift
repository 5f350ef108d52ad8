internal import LodeNumerics

/// Rosenbrock steps: in every attempt one Jacobian for all lanes, and one factored matrix for each lane.
final class RosenbrockStepper<Field: JacobianField>: LaneStepper {
    typealias Scalar = Field.Scalar

    let blocks: StepBlocks<Scalar>
    let lastSlope: UnsafeMutablePointer<Scalar>
    let evaluationsPerAttempt: Int
    let evaluationsPerOutput = 0

    private let field: Field
    private let workspace: Field.Workspace
    private let method: RosenbrockMethod
    private let plan: RosenbrockPlan
    private let control: LaneControl
    private let errorScale: ErrorScale<Scalar>
    private let lanes: Int
    private let count: Int

    private let matrices: LaneMatrices
    private let elements: AlignedBuffer<Scalar>
    private let jacobian: UnsafeMutablePointer<Scalar>
    private let timeDerivative: UnsafeMutablePointer<Scalar>
    private let rightSide: UnsafeMutablePointer<Scalar>
    private let inverse: UnsafeMutablePointer<Scalar>
    private let doubles: AlignedBuffer<Double>
    private let wideJacobian: UnsafeMutablePointer<Double>
    private let wide: UnsafeMutablePointer<Double>
    private let inverseSizes: UnsafeMutablePointer<Double>
    private let isFactored: UnsafeMutablePointer<Bool>
    private var isStale = true

    init(
        field: Field, method: RosenbrockMethod, plan: RosenbrockPlan, kernels: Kernels<Scalar>, control: LaneControl,
        errorScale: ErrorScale<Scalar>
    ) {
        self.field = field
        self.method = method
        self.plan = plan
        self.control = control
        self.errorScale = errorScale
        lanes = control.lanes
        workspace = field.makeWorkspace()
        let dimension = field.dimension
        count = dimension * control.lanes
        // f at the start, the U_i, f at the end.
        blocks = StepBlocks(
            kernels: kernels, dimension: dimension, lanes: control.lanes, slopeCount: plan.stageCount + 2,
            degree: plan.degree)
        lastSlope = blocks.slope(plan.stageCount + 1)
        evaluationsPerAttempt = plan.stageCount
        matrices = LaneMatrices(size: dimension, lanes: control.lanes)
        elements = AlignedBuffer(count: (dimension + 2) * count + control.lanes)
        jacobian = elements.pointer
        timeDerivative = elements.pointer + dimension * count
        rightSide = timeDerivative + count
        inverse = rightSide + count
        doubles = AlignedBuffer(count: (dimension + 1) * count + control.lanes)
        wideJacobian = doubles.pointer
        wide = doubles.pointer + dimension * count
        inverseSizes = wide + count
        isFactored = .allocate(capacity: control.lanes)
        isFactored.initialize(repeating: false, count: control.lanes)
    }

    deinit {
        isFactored.deallocate()
    }

    func evaluate(_ slope: UnsafeMutablePointer<Scalar>, _ state: UnsafePointer<Scalar>) {
        field.evaluate(slope, at: points(state), workspace: workspace)
    }

    private func points(_ state: UnsafePointer<Scalar>) -> LanePoints<Scalar> {
        LanePoints(lanes: lanes, times: control.stageTime, states: state, trajectories: control.trajectory)
    }

    func attempt() {
        factor()
        for stage in 0..<plan.stageCount { solveStage(stage) }
        blocks.combine(blocks.candidate, base: blocks.state, plan.weights, scale: blocks.ones)
        control.setStageTimes(node: 1)
        evaluate(lastSlope, blocks.candidate)
        if control.settings.constantStepSize == nil {
            blocks.combine(blocks.error, base: nil, plan.error, scale: blocks.ones)
            errorScale.norm(control.norm, blocks.error, blocks.state, blocks.candidate, blocks.kernels, lanes: lanes)
        } else {
            errorScale.finiteness(control.norm, blocks.candidate, blocks.kernels, lanes: lanes)
        }
        for lane in 0..<lanes where control.isActive[lane] && !isFactored[lane] { control.norm[lane] = .nan }
    }

    private func factor() {
        let kernels = blocks.kernels
        if isStale {
            control.setStageTimes(node: 0)
            field.jacobian(
                jacobian, timeDerivative: timeDerivative, at: points(blocks.state), workspace: workspace)
            kernels.widen(wideJacobian, jacobian, count: field.dimension * count)
            isStale = false
        }
        for lane in 0..<lanes {
            let size = control.attempted[lane]
            inverseSizes[lane] = size == 0 ? 0 : 1 / size
            isFactored[lane] =
                size != 0
                && matrices.factor(
                    lane: lane, jacobian: wideJacobian, diagonal: inverseSizes[lane] / method.diagonal)
        }
        kernels.narrow(inverse, inverseSizes, count: lanes)
    }

    // W U = right side, lane by lane in Double; U is zero in idle lanes and where W is singular.
    private func solveStage(_ stage: Int) {
        let kernels = blocks.kernels
        var slope = blocks.slopes
        if stage > 0 {
            slope = rightSide
            blocks.combine(blocks.candidate, base: blocks.state, plan.states[stage], scale: blocks.ones)
            control.setStageTimes(node: method.nodes[stage])
            evaluate(slope, blocks.candidate)
        }
        blocks.combine(rightSide, base: slope, plan.couplings[stage], scale: inverse)
        if method.timeWeights[stage] != 0 {
            blocks.addBlock(
                rightSide, base: rightSide, timeDerivative, weight: method.timeWeights[stage], scale: blocks.scale)
        }
        kernels.widen(wide, rightSide, count: count)
        for lane in 0..<lanes {
            if isFactored[lane] {
                matrices.solve(lane: lane, wide)
            } else {
                for component in 0..<field.dimension { wide[component * lanes + lane] = 0 }
            }
        }
        kernels.narrow(blocks.slope(stage + 1), wide, count: count)
    }

    func setPowers() {
        for power in 1...plan.degree {
            blocks.combine(blocks.power(power), base: nil, plan.powers[power - 1], scale: blocks.ones)
        }
    }

    func enter(_ lane: Int) { isStale = true }
    func copyLane(_ from: Int, to lane: Int) { isStale = true }
    func accept() { isStale = true }
    func restart() { isStale = true }
}
