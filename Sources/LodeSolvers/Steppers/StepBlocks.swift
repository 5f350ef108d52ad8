internal import LodeNumerics

/// The blocks of one thread's steps, and the arithmetic on them.
///
/// D components, `lanes` 1 or 16. Everything is allocated once, with the instance; a step allocates nothing.
final class StepBlocks<Scalar: KernelScalar> {
    let kernels: Kernels<Scalar>
    let dimension: Int
    let lanes: Int
    /// The degree of dense output.
    let degree: Int

    /// y at the start of the attempt, `[D][lanes]`.
    let state: UnsafeMutablePointer<Scalar>
    /// The stage's state and, after the last stage, y at the end of the attempt.
    let candidate: UnsafeMutablePointer<Scalar>
    /// The error estimate; scratch otherwise.
    let error: UnsafeMutablePointer<Scalar>
    /// k_0, k_1, … one block each.
    let slopes: UnsafeMutablePointer<Scalar>
    /// The sizes of the attempt, `[lanes]`, in the element type.
    let scale: UnsafeMutablePointer<Scalar>
    /// The mask of accepted lanes, `[lanes]`, in the element type.
    let mask: UnsafeMutablePointer<Scalar>
    /// One for each lane, for sums that are not steps.
    let ones: UnsafeMutablePointer<Scalar>
    /// A row for each lane, to gather from.
    let rowPointers: UnsafeMutablePointer<UnsafeRawPointer?>

    private let blockCount: Int
    private let powers: UnsafeMutablePointer<Scalar>
    private let row: UnsafeMutablePointer<Scalar>
    private let memory: AlignedBuffer<Scalar>
    // The state and the powers' blocks, in order of the power.
    private let powerBlocks: UnsafeMutablePointer<UnsafeRawPointer?>

    init(kernels: Kernels<Scalar>, dimension: Int, lanes: Int, slopeCount: Int, degree: Int) {
        self.kernels = kernels
        self.dimension = dimension
        self.lanes = lanes
        self.degree = degree
        let width = Kernels<Scalar>.lanesPerBlock
        let align = { (count: Int) in (count + width - 1) / width * width }
        let block = align(dimension * lanes)
        blockCount = block
        let memory = AlignedBuffer<Scalar>(count: (3 + slopeCount + degree) * block + 3 * width + align(dimension))
        self.memory = memory
        var next = memory.pointer
        func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
            defer { next += count }
            return next
        }
        state = take(block)
        candidate = take(block)
        error = take(block)
        slopes = take(slopeCount * block)
        powers = take(degree * block)
        scale = take(width)
        mask = take(width)
        ones = take(width)
        row = take(align(dimension))
        for lane in 0..<width { ones[lane] = 1 }
        rowPointers = .allocate(capacity: width)
        rowPointers.initialize(repeating: nil, count: width)
        powerBlocks = .allocate(capacity: degree + 1)
        powerBlocks.initialize(to: UnsafeRawPointer(state))
        for power in 0..<degree {
            (powerBlocks + power + 1).initialize(to: UnsafeRawPointer(powers + power * block))
        }
    }

    deinit {
        rowPointers.deallocate()
        powerBlocks.deallocate()
    }

    /// k of a stage.
    func slope(_ stage: Int) -> UnsafeMutablePointer<Scalar> { slopes + stage * blockCount }

    /// The coefficient block of θ to a power from 1.
    func power(_ power: Int) -> UnsafeMutablePointer<Scalar> { powers + (power - 1) * blockCount }

    /// out = base + scale · Σ weights · k, with the step sizes as scale unless another is given.
    func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ combination: StageCombination,
        scale: UnsafePointer<Scalar>? = nil
    ) {
        kernels.combine(
            out, base: base, scale: scale ?? UnsafePointer(self.scale), terms: slopes, stride: blockCount,
            places: combination.stages, coefficients: combination.weights, count: combination.count,
            components: dimension, lanes: lanes)
    }

    /// out = base + scale · weight · block.
    func addBlock(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ block: UnsafePointer<Scalar>,
        weight: Double, scale: UnsafePointer<Scalar>
    ) {
        kernels.combine(
            out, base: base, scale: scale, term: block, coefficient: weight, components: dimension, lanes: lanes)
    }

    /// Writes the due outputs of every lane's attempt, from the powers' blocks.
    func writeOutputs(
        _ rows: UnsafeMutablePointer<Scalar>, _ outputs: LaneOutputs, _ control: LaneControl, _ times: BatchTimes
    ) {
        kernels.interpolateDue(
            rows, times: times.evaluationTimes, order: times.order, cursor: outputs.cursor, end: outputs.end,
            next: outputs.next, limit: outputs.limit, direction: outputs.direction, start: control.time,
            size: control.attempted, blocks: powerBlocks, degree: degree, components: dimension, lanes: lanes)
    }

    /// Copies the polynomial of one lane, the state first: `[degree + 1][D]`.
    func copyPolynomial(_ lane: Int, into out: UnsafeMutablePointer<Scalar>) {
        for power in 0...degree {
            kernels.getLane(
                lane, of: power == 0 ? state : self.power(power), into: out + power * dimension,
                components: dimension, lanes: lanes)
        }
    }

    /// out = input in the lanes of `mask`.
    func merge(_ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>) {
        kernels.mergeLanes(out, input, mask: mask, components: dimension, lanes: lanes)
    }

    /// Copies one lane of a block over another.
    func copyLane(of block: UnsafeMutablePointer<Scalar>, _ from: Int, to lane: Int) {
        kernels.getLane(from, of: block, into: row, components: dimension, lanes: lanes)
        kernels.setLane(lane, of: block, to: row, components: dimension, lanes: lanes)
    }
}
