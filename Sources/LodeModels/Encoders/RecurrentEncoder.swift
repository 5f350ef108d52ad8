public import LodeNetworks
public import LodeNumerics

/// A GRU that reads a series from its last observation to its first, or from the first to the last, and ends in the
/// posterior of the latent state at the origin.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, section 5; with masks, and
/// as ODE-RNN with ``HiddenTransition/ode(steps:)``: Y. Rubanova, R. T. Q. Chen, D. Duvenaud, NeurIPS 2019,
/// arXiv:1907.03907.
///
/// Legend: C channels, K covariates, U known inputs, H hidden, L latent. The input of a step is, in rows: C values, C
/// masks, the gap to the observation read before (0 for the one that is read first), the time itself, K covariates, and
/// the U inputs at that time.
public struct RecurrentEncoder: Sendable, Hashable {
    /// C, the channels.
    public let channels: Int
    /// L, the latent components.
    public let latent: Int
    /// K, the covariates.
    public let covariates: Int
    /// How the known inputs are read, `[U]`.
    public let controls: [ControlInterpolation]
    /// Which observation is read first.
    public let order: ReadingOrder
    /// The GRU's parameters under `gru`, the transition's under `transition`, those of the posterior head under
    /// `posterior`.
    public let layout: ParameterLayout

    private let unit: GatedRecurrentUnit
    private let transition: TransitionNetwork
    private let head: MultilayerPerceptron
    private let unitRange: Range<Int>
    private let transitionRange: Range<Int>
    private let headRange: Range<Int>

    /// An encoder of C channels into L latent components.
    public init(
        channels: Int, covariates: Int, controls: [ControlInterpolation] = [], hidden: Int, latent: Int,
        transition: HiddenTransition, order: ReadingOrder = .latestFirst
    ) {
        self.channels = channels
        self.latent = latent
        self.covariates = covariates
        self.controls = controls
        self.order = order
        unit = GatedRecurrentUnit(inputs: 2 * channels + 2 + covariates + controls.count, hidden: hidden)
        self.transition = TransitionNetwork(transition, hidden: hidden)
        head = MultilayerPerceptron(widths: [hidden, hidden, 2 * latent], activation: .tanh)
        var layout = ParameterLayout()
        unitRange = layout.append(unit.layout, prefix: "gru")
        transitionRange = layout.append(self.transition.layout, prefix: "transition")
        headRange = layout.append(head.layout, prefix: "posterior")
        self.layout = layout
    }

    /// One pass over a block of series.
    public final class Tape<Scalar: KernelScalar> {
        let unit: GatedRecurrentUnit.Tape<Scalar>
        let head: MultilayerPerceptron.Tape<Scalar>
        /// The model time that passes before each step, and after the last one to the origin, `[steps + 1][lanes]`.
        let gaps: AlignedBuffer<Scalar>
        /// The hidden states after each gap, `[steps + 1][H][lanes]`; nil where nothing happens to them there.
        let moved: AlignedBuffer<Scalar>?
        /// What the transition keeps of each gap.
        let kept: AlignedBuffer<Scalar>

        /// 1 or a full block.
        let lanes: Int

        init(_ encoder: RecurrentEncoder, steps: Int, lanes: Int, ones: Range<Int>) {
            self.lanes = lanes
            let block = encoder.unit.hidden * lanes
            unit = GatedRecurrentUnit.Tape(encoder.unit, steps: steps, lanes: lanes, ones: ones)
            head = MultilayerPerceptron.Tape(encoder.head, lanes: lanes)
            gaps = AlignedBuffer(count: (steps + 1) * lanes)
            moved = encoder.transition.keptStates == 0 ? nil : AlignedBuffer(uninitializedCount: (steps + 1) * block)
            kept = AlignedBuffer(count: (steps + 1) * encoder.transition.keptStates * block)
        }

        /// What the steps and the head read, `[steps + 1][H][lanes]`.
        var read: UnsafePointer<Scalar> { moved.map { UnsafePointer($0.pointer) } ?? unit.state(after: 0) }

        /// Mean, then log variance of the posterior, `[2L][lanes]`.
        public var posterior: UnsafePointer<Scalar> { head.output }
    }

    /// Scratch of one thread.
    public final class Workspace<Scalar: KernelScalar> {
        let unit: GatedRecurrentUnit.Workspace<Scalar>
        let transition: TransitionNetwork.Workspace<Scalar>
        let head: MultilayerPerceptron.Workspace<Scalar>
        let stateCotangent: AlignedBuffer<Scalar>

        /// Scratch for `encoder`.
        public init(_ encoder: RecurrentEncoder) {
            unit = GatedRecurrentUnit.Workspace(encoder.unit)
            transition = TransitionNetwork.Workspace(encoder.transition)
            head = MultilayerPerceptron.Workspace(encoder.head)
            stateCotangent = AlignedBuffer(count: encoder.unit.hidden * Kernels<Scalar>.lanesPerBlock)
        }
    }

    /// Encodes up to `lanes` series, one in each lane; only a pass over a full block can be pulled back.
    ///
    /// - Parameter foldsMasks: whether masks that are all 1 may be counted as biases, which saves their products; a series'
    ///   posterior then depends, in its rounding, on whether the others of its block are complete.
    @specialized(where Scalar == Float)
    public func record<Scalar: KernelScalar>(
        _ series: [ObservedSeries], lanes: Int = Kernels<Scalar>.lanesPerBlock, foldsMasks: Bool = false,
        parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) -> Tape<Scalar> {
        precondition(series.count <= lanes, "\(series.count) series in \(lanes) lanes")
        precondition(
            series.allSatisfy { $0.covariates.count == covariates }, "a series without its \(covariates) covariates")
        let steps = series.reduce(0) { max($0, $1.times.count) }
        let isComplete = foldsMasks && series.allSatisfy { $0.mask.allSatisfy { $0 == 1 } }
        let tape = Tape<Scalar>(
            self, steps: steps, lanes: lanes, ones: isComplete ? channels..<2 * channels : 0..<0)
        for (lane, observed) in series.enumerated() { fill(tape, lane: lane, with: observed) }
        for step in 0..<steps {
            let state = move(tape, gap: step, parameters: parameters, kernels: kernels, workspace: workspace)
            unit.record(
                step: step, from: state, tape: tape.unit, parameters: parameters + unitRange.lowerBound,
                kernels: kernels)
        }
        let state = move(tape, gap: steps, parameters: parameters, kernels: kernels, workspace: workspace)
        head.record(tape.head, input: state, parameters: parameters + headRange.lowerBound, kernels: kernels)
        return tape
    }

    /// The hidden state after the gap before step `gap`, kept in the tape.
    private func move<Scalar>(
        _ tape: Tape<Scalar>, gap: Int, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>,
        workspace: Workspace<Scalar>
    ) -> UnsafePointer<Scalar> {
        guard let moved = tape.moved else { return tape.unit.state(after: gap) }
        let lanes = tape.lanes
        let block = unit.hidden * lanes
        let state = moved.pointer + gap * block
        state.update(from: tape.unit.state(after: gap), count: block)
        transition.record(
            state, gaps: tape.gaps.pointer + gap * lanes,
            kept: tape.kept.pointer + gap * transition.keptStates * block, lanes: lanes,
            parameters: parameters + transitionRange.lowerBound, kernels: kernels, workspace: workspace.transition)
        return UnsafePointer(state)
    }

    /// Adds the parameters' cotangents to `gradient`, given that of the posterior, `[2L][lanes]`, 0 in unused lanes.
    @specialized(where Scalar == Float)
    public func pullback<Scalar: KernelScalar>(
        posteriorCotangent: UnsafePointer<Scalar>, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let block = unit.hidden * lanes
        let cotangent = workspace.stateCotangent.pointer
        let steps = tape.unit.steps
        let states = tape.read
        head.pullback(
            posteriorCotangent, input: states + steps * block, tape: tape.head, inputCotangent: cotangent,
            parameters: parameters + headRange.lowerBound, gradient: gradient + headRange.lowerBound,
            kernels: kernels, workspace: workspace.head)
        for gap in (0...steps).reversed() {
            if gap < steps {
                unit.pullback(
                    step: gap, cotangent: cotangent, from: states, tape: tape.unit,
                    parameters: parameters + unitRange.lowerBound, gradient: gradient + unitRange.lowerBound,
                    kernels: kernels, workspace: workspace.unit)
            }
            transition.pullback(
                cotangent, gaps: tape.gaps.pointer + gap * lanes,
                kept: tape.kept.pointer + gap * transition.keptStates * block,
                parameters: parameters + transitionRange.lowerBound,
                gradient: gradient + transitionRange.lowerBound, kernels: kernels, workspace: workspace.transition)
        }
    }

    @specialized(where Scalar == Float)
    private func fill<Scalar: KernelScalar>(_ tape: Tape<Scalar>, lane: Int, with observed: ObservedSeries) {
        let lanes = tape.lanes
        let count = observed.times.count
        for step in 0..<count {
            let index = order == .latestFirst ? count - 1 - step : step
            let block = tape.unit.inputs.pointer + step * unit.inputs * lanes + lane
            for channel in 0..<channels {
                block[channel * lanes] = Scalar(observed.values[index * channels + channel])
                block[(channels + channel) * lanes] = Scalar(observed.mask[index * channels + channel])
            }
            for (index, covariate) in observed.covariates.enumerated() {
                block[(2 * channels + 2 + index) * lanes] = Scalar(covariate)
            }
            for (input, interpolation) in controls.enumerated() {
                block[(2 * channels + 2 + covariates + input) * lanes] = Scalar(
                    observed.controls.value(channel: input, at: observed.times[index], interpolation))
            }
            let before = order == .latestFirst ? index + 1 : index - 1
            let gap = step == 0 ? 0 : abs(observed.times[before] - observed.times[index])
            block[2 * channels * lanes] = Scalar(gap)
            block[(2 * channels + 1) * lanes] = Scalar(observed.times[index])
            tape.unit.active.pointer[step * lanes + lane] = 1
            tape.gaps.pointer[step * lanes + lane] = Scalar(gap)
        }
        // A series that is shorter than others of its block waits at the observation read last, then moves to the origin.
        let end = order == .latestFirst ? observed.times.first : observed.times.last.map { -$0 }
        if let end { tape.gaps.pointer[tape.unit.steps * lanes + lane] = Scalar(max(end, 0)) }
    }
}
