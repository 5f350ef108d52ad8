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

    let inputGates: ParameterSlice
    private let hiddenGates: ParameterSlice
    let gatesBias: ParameterSlice
    let inputCandidate: ParameterSlice
    let inputBias: ParameterSlice
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
        /// Input rows that are 1 in every lane that takes part in a step, as the masks of complete observations are.
        ///
        /// Their weights act as biases: `foldedBiases` holds the sums, of the gates, then of the candidate.
        let ones: Range<Int>
        let foldedBiases: AlignedBuffer<Scalar>

        /// Room for `steps` steps of a block; all inputs zero, no lane active.
        ///
        /// A single lane cannot be pulled back.
        ///
        /// - Parameter ones: input rows that the caller fills with 1 wherever a lane takes part in a step; they are then
        ///   left out of all products. Results differ in their rounding.
        public init(
            _ unit: GatedRecurrentUnit, steps: Int, lanes: Int = Kernels<Scalar>.lanesPerBlock, ones: Range<Int> = 0..<0
        ) {
            precondition(ones.count < unit.inputs, "a unit of \(unit.inputs) inputs, of which none is read")
            self.lanes = lanes
            self.ones = ones
            foldedBiases = AlignedBuffer(count: ones.isEmpty ? 0 : 3 * unit.hidden)
            rows = unit.hidden * lanes
            self.steps = steps
            inputs = AlignedBuffer(count: steps * unit.inputs * lanes)
            active = AlignedBuffer(count: steps * lanes)
            states = AlignedBuffer(uninitializedCount: (steps + 1) * rows)
            states.pointer.update(repeating: 0, count: rows)
            gates = AlignedBuffer(uninitializedCount: steps * 2 * rows)
            hiddenTerms = AlignedBuffer(uninitializedCount: steps * rows)
            candidates = AlignedBuffer(uninitializedCount: steps * rows)
            inputTerm = AlignedBuffer(uninitializedCount: rows)
        }

        /// The hidden state after `step` steps, `[H][lanes]`.
        public func state(after step: Int) -> UnsafePointer<Scalar> { UnsafePointer(states.pointer + step * rows) }
    }

    /// Scratch of one thread for pullbacks.
    public final class Workspace<Scalar: KernelScalar> {
        /// Parameters' cotangents are summed up over this many steps at a time: enough to write them seldom, few enough
        /// for the second cache.
        static var stepsAtOnce: Int { 32 }

        /// Cotangents of the steps not summed up yet, `[stepsAtOnce][rows][lanes]`: of the gates before their sigmoid, and of
        /// the candidate's two terms.
        let gates: AlignedBuffer<Scalar>
        let inputTerms: AlignedBuffer<Scalar>
        let hiddenTerms: AlignedBuffer<Scalar>

        /// Scratch for `unit`.
        public init(_ unit: GatedRecurrentUnit) {
            let rows = unit.hidden * Kernels<Scalar>.lanesPerBlock * Self.stepsAtOnce
            gates = AlignedBuffer(uninitializedCount: 2 * rows)
            inputTerms = AlignedBuffer(uninitializedCount: rows)
            hiddenTerms = AlignedBuffer(uninitializedCount: rows)
        }
    }

    /// Runs step `step` of `tape`, whose inputs and activity the caller has filled, from the hidden state `h`; step 0 comes
    /// before the others.
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
        if step == 0 { foldOnes(tape, parameters: parameters, kernels: kernels) }
        multiply(
            x, by: inputGates, bias: gatesBias, foldedAt: 0, into: gates, outputs: 2 * hidden, tape: tape,
            parameters: parameters, kernels: kernels)
        kernels.denseAccumulate(
            gates, input: h, weights: parameters + hiddenGates.offset, inputs: hidden, outputs: 2 * hidden,
            lanes: lanes)
        kernels.activate(gates, preactivation: gates, count: 2 * rows, .sigmoid)
        multiply(
            x, by: inputCandidate, bias: inputBias, foldedAt: 2 * hidden, into: tape.inputTerm.pointer, outputs: hidden,
            tape: tape, parameters: parameters, kernels: kernels)
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
    /// cotangents to `gradient`, now or with an earlier step.
    ///
    /// All steps of a tape must be pulled back, from the last to the first.
    ///
    /// - Parameters:
    ///   - cotangent: `[H][lanes]`.
    ///   - states: the states that the steps were recorded from, `[steps][H][lanes]`.
    ///   - inputCotangent: receives that of the step's input, `[I][lanes]`, overwritten; nil where nobody asks.
    public func pullback<Scalar>(
        step: Int, cotangent: UnsafeMutablePointer<Scalar>, from states: UnsafePointer<Scalar>, tape: Tape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>? = nil, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let (lanes, rows) = (tape.lanes, tape.rows)
        precondition(lanes == Kernels<Scalar>.lanesPerBlock, "a pullback of \(lanes) lanes")
        let slot = step % Workspace<Scalar>.stepsAtOnce
        let gates = workspace.gates.pointer + slot * 2 * rows
        let inputTerm = workspace.inputTerms.pointer + slot * rows
        let hiddenTerm = workspace.hiddenTerms.pointer + slot * rows
        kernels.gruPullback(
            gates: gates, xn: inputTerm, hn: hiddenTerm, h: cotangent, cotangent: cotangent,
            candidate: tape.candidates.pointer + step * rows, gates: tape.gates.pointer + step * 2 * rows,
            hn: tape.hiddenTerms.pointer + step * rows, h: states + step * rows,
            active: tape.active.pointer + step * lanes, hidden: hidden)
        kernels.densePullbackInput(
            cotangent, cotangent: gates, weights: parameters + hiddenGates.offset, inputs: hidden,
            outputs: 2 * hidden, accumulate: true)
        kernels.densePullbackInput(
            cotangent, cotangent: hiddenTerm, weights: parameters + hiddenCandidate.offset, inputs: hidden,
            outputs: hidden, accumulate: true)
        if slot == 0 {
            addGradient(
                of: step..<min(step + Workspace<Scalar>.stepsAtOnce, tape.steps), to: gradient, states: states,
                tape: tape, kernels: kernels, workspace: workspace)
        }
        guard let inputCotangent else { return }
        kernels.densePullbackInput(
            inputCotangent, cotangent: gates, weights: parameters + inputGates.offset, inputs: inputs,
            outputs: 2 * hidden, accumulate: false)
        kernels.densePullbackInput(
            inputCotangent, cotangent: inputTerm, weights: parameters + inputCandidate.offset, inputs: inputs,
            outputs: hidden, accumulate: true)
    }

    private func addGradient<Scalar>(
        of steps: Range<Int>, to gradient: UnsafeMutablePointer<Scalar>, states: UnsafePointer<Scalar>,
        tape: Tape<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let (lanes, rows) = (tape.lanes, tape.rows)
        let h = states + steps.lowerBound * rows
        func add(
            _ weights: ParameterSlice, _ bias: ParameterSlice?, input: UnsafePointer<Scalar>, inputs: Int,
            cotangent: UnsafePointer<Scalar>, outputs: Int
        ) {
            kernels.densePullbackParameters(
                weights: gradient + weights.offset, bias: bias.map { gradient + $0.offset }, input: input,
                inputStride: inputs * lanes, cotangent: cotangent, cotangentStride: outputs * lanes, inputs: inputs,
                outputs: outputs, blocks: steps.count)
        }
        add(hiddenGates, nil, input: h, inputs: hidden, cotangent: workspace.gates.pointer, outputs: 2 * hidden)
        add(
            hiddenCandidate, hiddenBias, input: h, inputs: hidden, cotangent: workspace.hiddenTerms.pointer,
            outputs: hidden)
        addInputGradient(
            of: steps, inputGates, gatesBias, cotangent: workspace.gates.pointer, outputs: 2 * hidden, to: gradient,
            tape: tape, kernels: kernels)
        addInputGradient(
            of: steps, inputCandidate, inputBias, cotangent: workspace.inputTerms.pointer, outputs: hidden,
            to: gradient, tape: tape, kernels: kernels)
    }
}
