public import LodeNumerics

/// Derivatives along directions, carried forward beside the values, and the pullback of both.
///
/// Legend: P directions, I inputs, O outputs of a layer. Tangents are P blocks one after another, `[P][rows][lanes]`.
/// With a = Wᵀh + b, h' = tanh a and ȧ = Wᵀḣ: ḣ' = (1 − h'²) ȧ, and for cotangents h̄', ḣ̄' of both
///
///     ǡ = (1 − h'²) ḣ̄',   ā = (1 − h'²) (h̄' − 2 h' Σ ḣ̄' ȧ),   W̄ = h āᵀ + Σ ḣ ǡᵀ,   h̄ = W ā,   ḣ̄ = W ǡ.
extension MultilayerPerceptron {
    /// The values and tangents of one pass over a block.
    public final class TangentTape<Scalar: KernelScalar> {
        let directions: Int
        let values: [AlignedBuffer<Scalar>]
        /// ȧ of each layer, `[P][O][lanes]`.
        let slopes: [AlignedBuffer<Scalar>]
        /// ḣ of each layer, `[P][O][lanes]`.
        let tangents: [AlignedBuffer<Scalar>]

        /// Room for a block of `network` and derivatives along `directions`; traps where an activation is neither tanh nor
        /// the identity, whose second derivatives are not known here.
        public init(_ network: MultilayerPerceptron, directions: Int) {
            for layer in network.layers {
                precondition(
                    layer.activation == .tanh || layer.activation == .identity,
                    "second derivatives of \(layer.activation)")
            }
            self.directions = directions
            let lanes = Kernels<Scalar>.lanesPerBlock
            values = network.layers.map { AlignedBuffer(count: $0.outputs * lanes) }
            slopes = network.layers.map { AlignedBuffer(count: directions * $0.outputs * lanes) }
            tangents = network.layers.map { AlignedBuffer(count: directions * $0.outputs * lanes) }
        }

        /// The output block of the last recorded pass.
        public var output: UnsafePointer<Scalar> { UnsafePointer(values[values.count - 1].pointer) }
        /// Its derivatives along the directions, `[P][outputs][lanes]`.
        public var outputTangents: UnsafePointer<Scalar> { UnsafePointer(tangents[tangents.count - 1].pointer) }
    }

    /// Scratch of one thread for ``pullback(_:tangentCotangents:input:inputTangents:tape:inputCotangent:parameters:gradient:kernels:workspace:)``.
    public final class TangentWorkspace<Scalar: KernelScalar> {
        let first: AlignedBuffer<Scalar>
        let second: AlignedBuffer<Scalar>
        let transposed: AlignedBuffer<Scalar>

        /// Scratch for `network` and derivatives along `directions`.
        public init(_ network: MultilayerPerceptron, directions: Int) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            first = AlignedBuffer(count: (directions + 1) * network.widest * lanes)
            second = AlignedBuffer(count: (directions + 1) * network.widest * lanes)
            transposed = AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: network.widest))
        }
    }

    /// Evaluates a block of 1 or a full block's lanes with its derivatives along `inputTangents`, `[P][inputs][lanes]`.
    public func record<Scalar>(
        _ tape: TangentTape<Scalar>, input: UnsafePointer<Scalar>, inputTangents: UnsafePointer<Scalar>, lanes: Int,
        parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        var source = input
        var tangents = inputTangents
        for (index, layer) in layers.enumerated() {
            let value = tape.values[index].pointer
            let weights = parameters + layer.weights.offset
            kernels.dense(
                value, input: source, weights: weights, bias: parameters + layer.bias.offset, inputs: layer.inputs,
                outputs: layer.outputs, lanes: lanes, activation: layer.activation)
            let count = layer.outputs * lanes
            for direction in 0..<tape.directions {
                let slope = tape.slopes[index].pointer + direction * count
                kernels.dense(
                    slope, input: tangents + direction * layer.inputs * lanes, weights: weights, bias: nil,
                    inputs: layer.inputs, outputs: layer.outputs, lanes: lanes, activation: .identity)
                kernels.activatePullback(
                    tape.tangents[index].pointer + direction * count, cotangent: slope, preactivation: nil,
                    value: value, count: count, layer.activation)
            }
            source = UnsafePointer(value)
            tangents = UnsafePointer(tape.tangents[index].pointer)
        }
    }

    /// The vector-Jacobian product of the full block that `tape` recorded, through values and tangents.
    ///
    /// - Parameters:
    ///   - cotangent: that of the output, `[outputs][lanes]`.
    ///   - tangentCotangents: those of the output's tangents, `[P][outputs][lanes]`.
    ///   - inputCotangent: receives that of the input, overwritten. The input's tangents count as constant.
    ///   - gradient: has the parameters' cotangents, summed over the lanes, added to it, `[layout.count]`.
    public func pullback<Scalar>(
        _ cotangent: UnsafePointer<Scalar>, tangentCotangents: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>,
        inputTangents: UnsafePointer<Scalar>, tape: TangentTape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: TangentWorkspace<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        // `first` holds the cotangents of a layer's value and tangents, `second` those before its activation.
        let incoming = workspace.first.pointer
        incoming.update(from: cotangent, count: outputs * lanes)
        (incoming + outputs * lanes).update(from: tangentCotangents, count: tape.directions * outputs * lanes)
        for index in layers.indices.reversed() {
            let layer = layers[index]
            let count = layer.outputs * lanes
            let value = UnsafePointer(tape.values[index].pointer)
            if layer.activation == .tanh {
                addCurvature(
                    incoming, value: value, slopes: tape.slopes[index].pointer, directions: tape.directions,
                    count: count)
            }
            let outgoing = workspace.second.pointer
            for part in 0...tape.directions {
                kernels.activatePullback(
                    outgoing + part * count, cotangent: incoming + part * count, preactivation: nil, value: value,
                    count: count, layer.activation)
            }
            let source = index == 0 ? input : UnsafePointer(tape.values[index - 1].pointer)
            let tangents = index == 0 ? inputTangents : UnsafePointer(tape.tangents[index - 1].pointer)
            let width = layer.inputs * lanes
            for part in 0...tape.directions {
                kernels.densePullbackParameters(
                    weights: gradient + layer.weights.offset, bias: part == 0 ? gradient + layer.bias.offset : nil,
                    input: part == 0 ? source : tangents + (part - 1) * width, cotangent: outgoing + part * count,
                    inputs: layer.inputs, outputs: layer.outputs, scratch: workspace.transposed.pointer)
            }
            // What the input's own tangents would receive is asked for by nobody.
            for part in 0...(index == 0 ? 0 : tape.directions) {
                kernels.densePullbackInput(
                    index == 0 ? inputCotangent : incoming + part * width, cotangent: outgoing + part * count,
                    weights: parameters + layer.weights.offset, inputs: layer.inputs, outputs: layer.outputs,
                    accumulate: false)
            }
        }
    }

    /// h̄ −= 2 h Σ ḣ̄ ȧ, where ḣ̄ follows h̄ in `cotangents`.
    @specialized(where Scalar == Float)
    private func addCurvature<Scalar: KernelScalar>(
        _ cotangents: UnsafeMutablePointer<Scalar>, value: UnsafePointer<Scalar>, slopes: UnsafePointer<Scalar>,
        directions: Int, count: Int
    ) {
        for direction in 0..<directions {
            let tangentCotangent = cotangents + (direction + 1) * count
            let slope = slopes + direction * count
            for place in 0..<count { cotangents[place] -= 2 * value[place] * tangentCotangent[place] * slope[place] }
        }
    }
}
