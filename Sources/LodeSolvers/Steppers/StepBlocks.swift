internal import LodeNumerics

/// The blocks of one thread's steps, and the arithmetic on them.
///
/// D components, s stages of the plan, `lanes` 1 or 16.
///
/// Everything is allocated once, with the instance; a step allocates nothing.
final class StepBlocks<Scalar: KernelScalar> {
    let plan: StepPlan
    let kernels: Kernels<Scalar>
    let dimension: Int
    let lanes: Int

    /// y at the start of the attempt, `[D][lanes]`.
    let state: UnsafeMutablePointer<Scalar>
    /// The stage's state and, after the last stage, y at the end of the attempt.
    let candidate: UnsafeMutablePointer<Scalar>
    /// The error estimate.
    let error: UnsafeMutablePointer<Scalar>
    /// k_0 … k_(s−1), one block each.
    let slopes: UnsafeMutablePointer<Scalar>
    /// The sizes of the attempt, `[lanes]`, in the element type.
    let scale: UnsafeMutablePointer<Scalar>
    /// The mask of accepted lanes, `[lanes]`, in the element type.
    let mask: UnsafeMutablePointer<Scalar>
    /// The coefficients of dense output, one block a power from 1.
    private let powers: UnsafeMutablePointer<Scalar>
    private let row: UnsafeMutablePointer<Scalar>

    let blockCount: Int
    private let memory: AlignedBuffer<Scalar>
    private let terms: UnsafeMutablePointer<UnsafeRawPointer?>
    // The state and the powers' blocks, in order of the power.
    private let powerBlocks: UnsafeMutablePointer<UnsafeRawPointer?>
    /// A row for each lane, to gather from.
    let rowPointers: UnsafeMutablePointer<UnsafeRawPointer?>
    // One scale of 1 for each lane, for sums that are not steps.
    let ones: UnsafeMutablePointer<Scalar>

    init(plan: StepPlan, kernels: Kernels<Scalar>, dimension: Int, lanes: Int) {
        self.plan = plan
        self.kernels = kernels
        self.dimension = dimension
        self.lanes = lanes
        let width = Kernels<Scalar>.lanesPerBlock
        let align = { (count: Int) in (count + width - 1) / width * width }
        let block = align(dimension * lanes)
        blockCount = block
        let memory = AlignedBuffer<Scalar>(
            count: (3 + plan.stageCount + plan.degree) * block + 3 * width + align(dimension))
        self.memory = memory
        var next = memory.pointer
        func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
            defer { next += count }
            return next
        }
        state = take(block)
        candidate = take(block)
        error = take(block)
        slopes = take(plan.stageCount * block)
        powers = take(plan.degree * block)
        scale = take(width)
        mask = take(width)
        ones = take(width)
        row = take(align(dimension))
        for lane in 0..<width { ones[lane] = 1 }
        terms = .allocate(capacity: 32)
        rowPointers = .allocate(capacity: width)
        rowPointers.initialize(repeating: nil, count: width)
        powerBlocks = .allocate(capacity: plan.degree + 1)
        powerBlocks.initialize(to: UnsafeRawPointer(state))
        for power in 0..<plan.degree {
            (powerBlocks + power + 1).initialize(to: UnsafeRawPointer(powers + power * block))
        }
    }

    deinit {
        terms.deallocate()
        rowPointers.deallocate()
        powerBlocks.deallocate()
    }

    /// k of a stage.
    func slope(_ stage: Int) -> UnsafeMutablePointer<Scalar> { slopes + stage * blockCount }

    /// out = base + scale · Σ weights · k.
    func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ combination: StageCombination
    ) {
        for term in 0..<combination.count {
            terms[term] = UnsafeRawPointer(slopes + combination.stages[term] * blockCount)
        }
        kernels.combine(
            out, base: base, scale: scale, terms: terms, coefficients: combination.weights, count: combination.count,
            components: dimension, lanes: lanes)
    }

    /// Writes the due outputs of every lane's attempt.
    func writeOutputs(
        _ rows: UnsafeMutablePointer<Scalar>, _ outputs: LaneOutputs, _ control: LaneControl, _ times: BatchTimes
    ) {
        for power in 0..<plan.degree { combine(powers + power * blockCount, base: nil, plan.powers[power]) }
        kernels.interpolate(
            rows, times: times.evaluationTimes, order: times.order, first: outputs.cursor, last: outputs.due,
            start: control.time, size: control.attempted, blocks: powerBlocks, degree: plan.degree,
            components: dimension, lanes: lanes)
        outputs.cursor.update(from: outputs.due, count: lanes)
    }

    /// Copies one lane of the state and the first slope over another.
    func copyLane(_ from: Int, to lane: Int) {
        kernels.getLane(from, of: state, into: row, components: dimension, lanes: lanes)
        kernels.setLane(lane, of: state, to: row, components: dimension, lanes: lanes)
        kernels.getLane(from, of: slopes, into: row, components: dimension, lanes: lanes)
        kernels.setLane(lane, of: slopes, to: row, components: dimension, lanes: lanes)
    }

    /// out = state + scale · k_0, an Euler step.
    func combineFirst(_ out: UnsafeMutablePointer<Scalar>) {
        terms[0] = UnsafeRawPointer(slopes)
        var one = 1.0
        kernels.combine(
            out, base: state, scale: scale, terms: terms, coefficients: &one, count: 1, components: dimension,
            lanes: lanes)
    }

    /// out = slope − k_0.
    func differenceOfFirst(_ out: UnsafeMutablePointer<Scalar>, _ slope: UnsafePointer<Scalar>) {
        terms[0] = UnsafeRawPointer(slopes)
        var minusOne = -1.0
        kernels.combine(
            out, base: slope, scale: ones, terms: terms, coefficients: &minusOne, count: 1, components: dimension,
            lanes: lanes)
    }
}
