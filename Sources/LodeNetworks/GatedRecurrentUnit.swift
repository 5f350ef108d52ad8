public import LodeNumerics

/// A gated recurrent unit over blocks of lanes, each lane a sequence of its own length.
///
/// Legend: I inputs, H hidden. K. Cho et al., EMNLP 2014, doi:10.3115/v1/D14-1179, in the variant of cuDNN and
/// PyTorch, where the reset gate multiplies the hidden term after its matrix:
///
///     reset, update = sigmoid(x·Wg + h·Ug + bg)
///     candidate = tanh(x·Wc + bc + reset ⊙ (h·Uc + dc));  h′ = candidate + update ⊙ (h − candidate)
public struct GatedRecurrentUnit: Sendable, Hashable {
    /// I, the inputs.
    public let inputs: Int
    /// H, the hidden units.
    public let hidden: Int
    /// `inputGates` [I][2H], `hiddenGates` [H][2H], `gatesBias`, `inputCandidate` [I][H], `inputBias`,
    /// `hiddenCandidate` [H][H], `hiddenBias`; reset before update.
    public let layout: ParameterLayout

    private let inputGates: ParameterSlice
    private let hiddenGates: ParameterSlice
    private let gatesBias: ParameterSlice
    private let inputCandidate: ParameterSlice
    private let inputBias: ParameterSlice
    private let hiddenCandidate: ParameterSlice
    private let hiddenBias: ParameterSlice

    /// A unit; initial weights are uniform in ±1/√H, PyTorch's default.
    public init(inputs: Int, hidden: Int) {
        precondition(inputs >= 1 && hidden >= 1, "a unit of \(inputs) inputs and \(hidden) hidden")
        self.inputs = inputs
        self.hidden = hidden
        var layout = ParameterLayout()
        let draw = Initializer.fanIn(hidden)
        inputGates = layout.add("inputGates", shape: [inputs, 2 * hidden], draw)
        hiddenGates = layout.add("hiddenGates", shape: [hidden, 2 * hidden], draw)
        gatesBias = layout.add("gatesBias", shape: [2 * hidden], draw)
        inputCandidate = layout.add("inputCandidate", shape: [inputs, hidden], draw)
        inputBias = layout.add("inputBias", shape: [hidden], draw)
        hiddenCandidate = layout.add("hiddenCandidate", shape: [hidden, hidden], draw)
        hiddenBias = layout.add("hiddenBias", shape: [hidden], draw)
        self.layout = layout
    }

    /// What the steps of a sequence keep, and the hidden states between them.
    public final class Tape<Scalar: KernelScalar> {
        let rows: Int
        /// 1 or a full block.
        let lanes: Int
        /// The inputs of all steps, `[steps][I][lanes]`, filled by the caller.
        ///
        /// Lanes that take no part in a step must be finite.
        public let inputs: AlignedBuffer<Scalar>
        /// 1 where a lane takes part in a step, else 0, `[steps][lanes]`; the caller fills it.
        public let active: AlignedBuffer<Scalar>
        /// Hidden states, `[steps + 1][H][lanes]`: the first is zero, the others follow a step each.
        let states: AlignedBuffer<Scalar>
        let gates: AlignedBuffer<Scalar>
        let hiddenTerms: AlignedBuffer<Scalar>
        let candidates: AlignedBuffer<Scalar>
        let inputTerm: AlignedBuffer<Scalar>
        /// The number of steps.
        public let steps: Int

        /// Room for `steps` steps of a block; all inputs zero, no lane active.
        ///
        /// A single lane cannot be pulled back.
        public init(_ unit: GatedRecurrentUnit, steps: Int, lanes: Int = Kernels<Scalar>.lanesPerBlock) {
            self.lanes = lanes
            rows = unit.hidden * lanes
            self.steps = steps
            inputs = AlignedBuffer(count: steps * unit.inputs * lanes)
            active = AlignedBuffer(count: steps * lanes)
            states = AlignedBuffer(count: (steps + 1) * rows)
            gates = AlignedBuffer(count: steps * 2 * rows)
            hiddenTerms = AlignedBuffer(count: steps * rows)
            candidates = AlignedBuffer(count: steps * rows)
            inputTerm = AlignedBuffer(count: rows)
        }

        /// The hidden state after `step` steps, `[H][lanes]`.
        public func state(after step: Int) -> UnsafePointer<Scalar> { UnsafePointer(states.pointer + step * rows) }
    }

    /// Scratch of one thread for pullbacks.
    public final class Workspace<Scalar: KernelScalar> {
        let gates: AlignedBuffer<Scalar>
        let inputTerm: AlignedBuffer<Scalar>
        let hiddenTerm: AlignedBuffer<Scalar>
        let transposed: AlignedBuffer<Scalar>

        /// Scratch for `unit`.
        public init(_ unit: GatedRecurrentUnit) {
            let rows = unit.hidden * Kernels<Scalar>.lanesPerBlock
            gates = AlignedBuffer(count: 2 * rows)
            inputTerm = AlignedBuffer(count: rows)
            hiddenTerm = AlignedBuffer(count: rows)
            transposed = AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: 2 * unit.hidden))
        }
    }

    /// Runs step `step` of `tape`, whose inputs and activity the caller has filled, from the hidden state `h`.
    ///
    /// - Parameter h: `[H][lanes]`; the state after the step before it, or what became of that meanwhile. It must
    ///   stay as it is until the pullback.
    public func record<Scalar>(
        step: Int, from h: UnsafePointer<Scalar>, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        kernels: Kernels<Scalar>
    ) {
        let (lanes, rows) = (tape.lanes, tape.rows)
        let x = UnsafePointer(tape.inputs.pointer + step * inputs * lanes)
        let gates = tape.gates.pointer + step * 2 * rows
        let hiddenTerm = tape.hiddenTerms.pointer + step * rows
        kernels.dense(
            gates, input: x, weights: parameters + inputGates.offset, bias: parameters + gatesBias.offset,
            inputs: inputs, outputs: 2 * hidden, lanes: lanes, activation: .identity)
        kernels.denseAccumulate(
            gates, input: h, weights: parameters + hiddenGates.offset, inputs: hidden, outputs: 2 * hidden,
            lanes: lanes)
        kernels.activate(gates, preactivation: gates, count: 2 * rows, .sigmoid)
        kernels.dense(
            tape.inputTerm.pointer, input: x, weights: parameters + inputCandidate.offset,
            bias: parameters + inputBias.offset, inputs: inputs, outputs: hidden, lanes: lanes,
            activation: .identity)
        kernels.dense(
            hiddenTerm, input: h, weights: parameters + hiddenCandidate.offset,
            bias: parameters + hiddenBias.offset, inputs: hidden, outputs: hidden, lanes: lanes,
            activation: .identity)
        kernels.gru(
            tape.states.pointer + (step + 1) * rows, candidate: tape.candidates.pointer + step * rows,
            gates: gates, xn: tape.inputTerm.pointer, hn: hiddenTerm, h: h,
            active: tape.active.pointer + step * lanes, hidden: hidden, lanes: lanes)
    }

    /// Pulls back step `step`: turns the cotangent of its result into that of `h` in place, and adds the parameters'
    /// cotangents to `gradient`.
    ///
    /// - Parameters:
    ///   - cotangent: `[H][lanes]`.
    ///   - h: the state that the step was recorded from.
    ///   - inputCotangent: receives that of the step's input, `[I][lanes]`, overwritten; nil where nobody asks.
    public func pullback<Scalar>(
        step: Int, cotangent: UnsafeMutablePointer<Scalar>, from h: UnsafePointer<Scalar>, tape: Tape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>? = nil, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let (lanes, rows) = (tape.lanes, tape.rows)
        precondition(lanes == Kernels<Scalar>.lanesPerBlock, "a pullback of \(lanes) lanes")
        let x = UnsafePointer(tape.inputs.pointer + step * inputs * lanes)
        kernels.gruPullback(
            gates: workspace.gates.pointer, xn: workspace.inputTerm.pointer, hn: workspace.hiddenTerm.pointer,
            h: cotangent, cotangent: cotangent, candidate: tape.candidates.pointer + step * rows,
            gates: tape.gates.pointer + step * 2 * rows, hn: tape.hiddenTerms.pointer + step * rows, h: h,
            active: tape.active.pointer + step * lanes, hidden: hidden)
        let scratch = workspace.transposed.pointer
        kernels.densePullbackParameters(
            weights: gradient + inputGates.offset, bias: gradient + gatesBias.offset, input: x,
            cotangent: workspace.gates.pointer, inputs: inputs, outputs: 2 * hidden, scratch: scratch)
        kernels.densePullbackParameters(
            weights: gradient + hiddenGates.offset, bias: nil, input: h, cotangent: workspace.gates.pointer,
            inputs: hidden, outputs: 2 * hidden, scratch: scratch)
        kernels.densePullbackParameters(
            weights: gradient + inputCandidate.offset, bias: gradient + inputBias.offset, input: x,
            cotangent: workspace.inputTerm.pointer, inputs: inputs, outputs: hidden, scratch: scratch)
        kernels.densePullbackParameters(
            weights: gradient + hiddenCandidate.offset, bias: gradient + hiddenBias.offset, input: h,
            cotangent: workspace.hiddenTerm.pointer, inputs: hidden, outputs: hidden, scratch: scratch)
        kernels.densePullbackInput(
            cotangent, cotangent: workspace.gates.pointer, weights: parameters + hiddenGates.offset,
            inputs: hidden, outputs: 2 * hidden, accumulate: true)
        kernels.densePullbackInput(
            cotangent, cotangent: workspace.hiddenTerm.pointer, weights: parameters + hiddenCandidate.offset,
            inputs: hidden, outputs: hidden, accumulate: true)
        guard let inputCotangent else { return }
        kernels.densePullbackInput(
            inputCotangent, cotangent: workspace.gates.pointer, weights: parameters + inputGates.offset,
            inputs: inputs, outputs: 2 * hidden, accumulate: false)
        kernels.densePullbackInput(
            inputCotangent, cotangent: workspace.inputTerm.pointer, weights: parameters + inputCandidate.offset,
            inputs: inputs, outputs: hidden, accumulate: true)
    }
}
