internal import LodeNumerics

/// The blocks of a backward sweep and the arithmetic on them.
///
/// D components, s stages of the plan, full blocks.
///
/// Everything is allocated once, with the instance; a step allocates nothing.
final class SweepBlocks<Scalar: KernelScalar> {
    private let plan: StepPlan
    private let kernels: Kernels<Scalar>
    private let dimension: Int
    private let lanes = Kernels<Scalar>.lanesPerBlock
    private let blockCount: Int

    private let memory: AlignedBuffer<Scalar>
    private let slopes: UnsafeMutablePointer<Scalar>
    private let states: UnsafeMutablePointer<Scalar>
    private let stageCotangents: UnsafeMutablePointer<Scalar>
    private let slopeCotangents: UnsafeMutablePointer<Scalar>
    private let powers: UnsafeMutablePointer<Scalar>
    private let ones: UnsafeMutablePointer<Scalar>
    private let mask: UnsafeMutablePointer<Scalar>
    private let powerBlocks: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    /// The sizes of the steps, `[lanes]`.
    let scale: UnsafeMutablePointer<Scalar>
    /// The states at the ends of steps that no other step follows.
    let end: UnsafeMutablePointer<Scalar>
    /// The cotangent of the slope at the start of the last step that was pulled back.
    let pending: UnsafeMutablePointer<Scalar>
    /// The cotangent of the slope at the ends of steps that no other step follows.
    let ownCotangent: UnsafeMutablePointer<Scalar>
    /// Whether any lane has outputs in the step.
    private(set) var anyOutput = false

    init(plan: StepPlan, kernels: Kernels<Scalar>, dimension: Int) {
        self.plan = plan
        self.kernels = kernels
        self.dimension = dimension
        let width = Kernels<Scalar>.lanesPerBlock
        let block = dimension * width
        blockCount = block
        let stages = plan.stageCount + plan.extraCount
        let memory = AlignedBuffer<Scalar>(count: (4 * stages + plan.degree + 6) * block + 3 * width)
        self.memory = memory
        var next = memory.pointer
        func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
            defer { next += count }
            return next
        }
        slopes = take(stages * block)
        states = take((stages + 1) * block)
        stageCotangents = take(stages * block)
        slopeCotangents = take(stages * block)
        powers = take((plan.degree + 1) * block)
        end = take(block)
        pending = take(block)
        ownCotangent = take(block)
        scale = take(width)
        ones = take(width)
        mask = take(width)
        for lane in 0..<width { ones[lane] = 1 }
        powerBlocks = .allocate(capacity: plan.degree + 1)
        for power in 0...plan.degree {
            (powerBlocks + power).initialize(to: UnsafeMutableRawPointer(powers + power * block))
        }
    }

    deinit {
        powerBlocks.deallocate()
    }

    /// The states at the starts of steps: one of two buffers.
    func start(_ buffer: Int) -> UnsafeMutablePointer<Scalar> { states + buffer * blockCount }

    /// The state of a stage from 1 on, the extra ones included.
    func stageState(_ stage: Int) -> UnsafeMutablePointer<Scalar> { states + (stage + 1) * blockCount }

    /// k of a stage.
    func slope(_ stage: Int) -> UnsafeMutablePointer<Scalar> { slopes + stage * blockCount }

    /// The cotangent of k of a stage.
    func slopeCotangent(_ stage: Int) -> UnsafeMutablePointer<Scalar> { slopeCotangents + stage * blockCount }

    /// The cotangent of the state of a stage; 0 is scratch.
    func stageCotangent(_ stage: Int) -> UnsafeMutablePointer<Scalar> { stageCotangents + stage * blockCount }

    /// λ, the cotangent of the state at the end of the step; that of the last stage, whose state it is.
    var adjoint: UnsafeMutablePointer<Scalar> { stageCotangent(plan.stageCount - 1) }

    /// out = base + scale · Σ weights · k.
    func combineSlopes(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ combination: StageCombination
    ) {
        combine(out, base: base, scale: scale, slopes, combination)
    }

    private func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, scale: UnsafePointer<Scalar>,
        _ blocks: UnsafePointer<Scalar>, _ combination: StageCombination
    ) {
        kernels.combine(
            out, base: base, scale: scale, terms: blocks, stride: blockCount, places: combination.stages,
            coefficients: combination.weights, count: combination.count, components: dimension, lanes: lanes)
    }
}

// MARK: - Outputs

extension SweepBlocks {
    /// Cotangents of all slopes from those of the outputs between the places `first` and `last` of each lane.
    func setOutputCotangents(
        any: Bool, rows: UnsafePointer<Scalar>, times: UnsafePointer<Double>, order: UnsafePointer<Int>?,
        first: UnsafePointer<Int>, last: UnsafePointer<Int>, start: UnsafePointer<Double>,
        size: UnsafePointer<Double>
    ) {
        anyOutput = any
        guard any else {
            let extra = stageCotangent(plan.stageCount)
            extra.update(repeating: 0, count: plan.extraCount * blockCount)
            return
        }
        kernels.interpolatePullback(
            powerBlocks, rowCotangents: rows, times: times, order: order, first: first, last: last, start: start,
            size: size, degree: plan.degree, components: dimension, lanes: lanes)
        for stage in 0..<plan.stageCount + plan.extraCount {
            combine(
                slopeCotangent(stage), base: nil, scale: scale, powers + blockCount, plan.interpolantRows[stage])
        }
    }

    /// Divides the cotangent of the last slope: the lanes where `own` is not 0 to ``ownCotangent``, the rest to
    /// ``pending`` (which may have none).
    func splitLastCotangent(own: UnsafePointer<Double>, isPending: Bool) {
        let last = slopeCotangent(plan.stageCount - 1)
        let count = blockCount
        ownCotangent.update(repeating: 0, count: count)
        kernels.narrow(mask, own, count: lanes)
        kernels.mergeLanes(ownCotangent, last, mask: mask, components: dimension, lanes: lanes)
        guard isPending else { return }
        kernels.addScaled(pending, last, count: count)
        kernels.addScaled(pending, ownCotangent, scale: -1, count: count)
    }

    /// The last slope is the first of the step that follows.
    func addLastCotangentToPending() {
        kernels.addScaled(pending, slopeCotangent(plan.stageCount - 1), count: blockCount)
    }
}

// MARK: - Stages

extension SweepBlocks {
    /// Completes the cotangent of a stage's slope with what later stages' states took of it.
    func addStages(_ stage: Int) {
        let cotangent = slopeCotangent(stage)
        combine(
            cotangent, base: anyOutput ? cotangent : nil, scale: scale, stageCotangents, plan.columns[stage])
    }

    /// λ += cotangent.
    func addToAdjoint(_ cotangent: UnsafePointer<Scalar>) {
        kernels.addScaled(adjoint, cotangent, count: blockCount)
    }

    /// λ becomes the cotangent of the state at the start; the first slope's cotangent waits.
    func finishStep() {
        for stage in stride(from: plan.stageCount - 2, through: 1, by: -1) { addToAdjoint(stageCotangent(stage)) }
        if anyOutput {
            for stage in plan.stageCount..<plan.stageCount + plan.extraCount { addToAdjoint(stageCotangent(stage)) }
            addToAdjoint(powers)
        }
        pending.update(from: slopeCotangent(0), count: blockCount)
    }
}
