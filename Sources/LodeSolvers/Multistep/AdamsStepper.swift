internal import LodeNumerics

/// Adams steps in their form with variable coefficients: modified divided differences φ_j of the slopes.
///
/// With φ*_j = β_j φ_j(n): the prediction is y + h Σ_{j<k} g_j φ*_j; with ψ_0 = f(prediction), ψ_j = ψ_(j−1) − φ*_(j−1)
/// the correction adds h g_k ψ_k.
final class AdamsStepper<Field: VectorField>: LaneStepper {
    typealias Scalar = Field.Scalar

    let blocks: StepBlocks<Scalar>
    let lastSlope: UnsafeMutablePointer<Scalar>
    let evaluationsPerAttempt: Int
    let evaluationsPerOutput = 0

    private let field: Field
    private let workspace: Field.Workspace
    private let method: AdamsMethod
    private let control: LaneControl
    private let errorScale: ErrorScale<Scalar>
    private let lanes: Int
    private let history: AdamsHistory

    private let memory: AlignedBuffer<Scalar>
    private let weights: UnsafeMutablePointer<Scalar>
    private let zeros: UnsafeMutablePointer<Scalar>
    // Pointers to blocks: φ_j, φ*_j and ψ_j, and the last two one behind the other for sums over both.
    private let phi: UnsafeMutablePointer<UnsafeRawPointer?>
    private let starred: UnsafeMutablePointer<UnsafeRawPointer?>
    private let psi: UnsafeMutablePointer<UnsafeRawPointer?>
    private let norms: AlignedBuffer<Double>

    init(
        field: Field, method: AdamsMethod, kernels: Kernels<Scalar>, control: LaneControl,
        errorScale: ErrorScale<Scalar>
    ) {
        self.field = field
        self.method = method
        self.control = control
        self.errorScale = errorScale
        lanes = control.lanes
        workspace = field.makeWorkspace()
        let terms = AdamsHistory.terms
        blocks = StepBlocks(
            kernels: kernels, dimension: field.dimension, lanes: control.lanes, slopeCount: 2,
            degree: AdamsMethod.highestOrder + 1)
        lastSlope = blocks.slope(1)
        evaluationsPerAttempt = method.isImplicit ? 2 : 1
        history = AdamsHistory(method: method, lanes: control.lanes)
        let block = field.dimension * control.lanes
        memory = AlignedBuffer(count: 3 * terms * block + 2 * terms * control.lanes + field.dimension)
        weights = memory.pointer + 3 * terms * block
        zeros = weights + 2 * terms * control.lanes
        phi = .allocate(capacity: 3 * terms)
        starred = phi + terms
        psi = phi + 2 * terms
        for index in 0..<3 * terms {
            (phi + index).initialize(to: UnsafeRawPointer(memory.pointer + index * block))
        }
        // φ_0 is the slope itself, which the solver keeps.
        phi[0] = UnsafeRawPointer(blocks.slopes)
        norms = AlignedBuffer(count: 3 * control.lanes)
    }

    deinit {
        phi.deallocate()
    }

    private func block(_ pointer: UnsafeRawPointer?) -> UnsafeMutablePointer<Scalar> {
        guard let pointer else { preconditionFailure("a block that was not allocated") }
        return UnsafeMutableRawPointer(mutating: pointer).assumingMemoryBound(to: Scalar.self)
    }

    func evaluate(_ slope: UnsafeMutablePointer<Scalar>, _ state: UnsafePointer<Scalar>) {
        field.evaluate(
            slope,
            at: LanePoints(lanes: lanes, times: control.stageTime, states: state, trajectories: control.trajectory),
            workspace: workspace)
    }

    // out = base + Σ table[j][lane] · terms[j]
    private func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ table: UnsafePointer<Double>,
        _ terms: UnsafePointer<UnsafeRawPointer?>, count: Int
    ) {
        blocks.kernels.narrow(weights, table, count: count * lanes)
        blocks.kernels.combineLanes(
            out, base: base, weights: weights, terms: terms, count: count, components: field.dimension, lanes: lanes)
    }

    func attempt() {
        history.prepare(control)
        let most = history.largestOrder
        for j in 0...most { combine(block(starred[j]), base: nil, history.beta + j * lanes, phi + j, count: 1) }
        combine(blocks.candidate, base: blocks.state, history.predictor, starred, count: most)
        control.setStageTimes(node: 1)
        let predicted = method.isImplicit ? block(psi[0]) : lastSlope
        evaluate(predicted, blocks.candidate)
        if !method.isImplicit { block(psi[0]).update(from: lastSlope, count: field.dimension * lanes) }
        setDifferences(upTo: most + 1)
        if method.isImplicit {
            combine(blocks.candidate, base: blocks.candidate, history.corrector, psi, count: most + 1)
            evaluate(lastSlope, blocks.candidate)
        }
        estimateErrors(count: most + 2)
    }

    // ψ_j = ψ_(j−1) − φ*_(j−1)
    private func setDifferences(upTo last: Int) {
        for j in 1...last {
            blocks.addBlock(
                block(psi[j]), base: block(psi[j - 1]), block(starred[j - 1]), weight: -1, scale: blocks.ones)
        }
    }

    private func estimateErrors(count: Int) {
        guard control.settings.constantStepSize == nil else {
            errorScale.finiteness(control.norm, blocks.candidate, blocks.kernels, lanes: lanes)
            return
        }
        for (index, table) in history.errors.enumerated() {
            combine(blocks.error, base: nil, table, psi, count: count)
            errorScale.norm(
                index == 0 ? control.norm : norms.pointer + (index - 1) * lanes, blocks.error, blocks.state,
                blocks.candidate, blocks.kernels, lanes: lanes)
        }
        // The exponent of the lane's order is k + 1; the settings have 1.
        for lane in 0..<lanes { control.exponentScale[lane] = 1 / Double(history.order[lane] + 1) }
    }

    func setPowers() {
        let terms = AdamsHistory.terms
        let most = history.largestOrder
        for power in 1...AdamsMethod.highestOrder + 1 {
            let table = history.powers + power * terms * lanes
            let out = blocks.power(power)
            // The explicit step's polynomial has the terms below k, the implicit one's that at k besides.
            combine(out, base: nil, maskedPredictor(table), starred, count: most)
            if method.isImplicit { combine(out, base: out, maskedCorrector(table), psi, count: most + 1) }
        }
    }

    // The rows of a table that the prediction uses, j < k, are nonzero; the rest of a copy is cleared.
    private func maskedPredictor(_ table: UnsafeMutablePointer<Double>) -> UnsafePointer<Double> {
        masked(table) { $0 < $1 }
    }

    private func maskedCorrector(_ table: UnsafeMutablePointer<Double>) -> UnsafePointer<Double> {
        masked(table) { $0 == $1 }
    }

    private func masked(
        _ table: UnsafeMutablePointer<Double>, _ isKept: (Int, Int) -> Bool
    ) -> UnsafePointer<Double> {
        for j in 0..<AdamsHistory.terms {
            for lane in 0..<lanes {
                scratch.pointer[j * lanes + lane] = isKept(j, history.order[lane]) ? table[j * lanes + lane] : 0
            }
        }
        return UnsafePointer(scratch.pointer)
    }

    private let scratch = AlignedBuffer<Double>(count: AdamsHistory.terms * Kernels<Double>.lanesPerBlock)

    func enter(_ lane: Int) {
        history.begin(lane, time: control.time[lane])
        for j in 1..<AdamsHistory.terms {
            blocks.kernels.setLane(
                lane, of: block(phi[j]), to: zeros, components: field.dimension, lanes: lanes)
        }
    }

    func copyLane(_ from: Int, to lane: Int) {
        history.copyLane(from, to: lane)
        for j in 1..<AdamsHistory.terms { blocks.copyLane(of: block(phi[j]), from, to: lane) }
    }

    func accept() {
        let kernels = blocks.kernels
        block(psi[0]).update(from: lastSlope, count: field.dimension * lanes)
        let last = min(history.largestOrder + 1, AdamsHistory.terms - 1)
        setDifferences(upTo: last)
        for j in 1...last {
            kernels.mergeLanes(
                block(phi[j]), block(psi[j]), mask: blocks.mask, components: field.dimension, lanes: lanes)
        }
        let isConstant = control.settings.constantStepSize != nil
        for lane in 0..<lanes where control.mask[lane] != 0 {
            history.accept(
                lane, time: control.newTime[lane],
                errors: (
                    control.norm[lane], norms.pointer[lane], norms.pointer[lanes + lane],
                    norms.pointer[2 * lanes + lane]
                ),
                isConstant: isConstant)
        }
    }

    func restart() {
        for lane in 0..<lanes where control.mask[lane] != 0 { enter(lane) }
    }
}
