public import LodeNumerics

/// Dense layers one after another, over blocks of lanes.
///
/// Legend: I inputs, O outputs of a layer, `lanes` 1, half a block or `Kernels.lanesPerBlock` (pullbacks: the latter only).
/// A block is `[rows][lanes]`; a layer's weights are `[I][O]`. All pointers to parameters and gradients are to the
/// first element of this network's own ``layout``.
public struct MultilayerPerceptron: Sendable, Hashable {
    struct Layer: Sendable, Hashable {
        var inputs: Int
        var outputs: Int
        /// The outputs of the layers before it.
        var row: Int
        var activation: Activation
        var weights: ParameterSlice
        var bias: ParameterSlice
    }

    let layers: [Layer]
    /// The weights and biases, named `0.weights`, `0.bias`, `1.weights`, ….
    public let layout: ParameterLayout

    /// A network of the given widths, from input to output.
    ///
    /// - Parameters:
    ///   - widths: at least two, each at least 1.
    ///   - activation: between the layers.
    ///   - outputActivation: after the last layer.
    ///   - outputGain: scales the bound of the last layer's initial weights.
    public init(
        widths: [Int], activation: Activation, outputActivation: Activation = .identity, outputGain: Double = 1
    ) {
        precondition(widths.count >= 2 && widths.allSatisfy { $0 >= 1 }, "widths \(widths)")
        var layout = ParameterLayout()
        var layers: [Layer] = []
        for index in 0..<widths.count - 1 {
            let isLast = index == widths.count - 2
            let initializer = Initializer.fanIn(widths[index], gain: isLast ? outputGain : 1)
            layers.append(
                Layer(
                    inputs: widths[index], outputs: widths[index + 1], row: widths[1..<index + 1].reduce(0, +),
                    activation: isLast ? outputActivation : activation,
                    weights: layout.add("\(index).weights", shape: [widths[index], widths[index + 1]], initializer),
                    bias: layout.add("\(index).bias", shape: [widths[index + 1]], initializer)))
        }
        self.layers = layers
        self.layout = layout
    }

    /// The rows of an input block.
    public var inputs: Int { layers[0].inputs }
    /// The rows of an output block.
    public var outputs: Int { layers[layers.count - 1].outputs }

    var widest: Int { layers.reduce(inputs) { max($0, $1.outputs) } }
    var rows: Int { layers.reduce(0) { $0 + $1.outputs } }
    var needsPreactivations: Bool { layers.contains { $0.activation.needsPreactivation } }

    /// The activations of one forward pass over some blocks.
    public final class Tape<Scalar: KernelScalar> {
        /// Of each layer, `[layers][blocks][outputs][lanes]`.
        let values: AlignedBuffer<Scalar>
        /// The same before the activation; empty where no activation needs it.
        let preactivations: AlignedBuffer<Scalar>
        /// 1 or a full block.
        let lanes: Int
        /// How many blocks a pass has at most.
        let blocks: Int
        private let lastOffset: Int

        /// Room for the passes of `network`.
        ///
        /// A single lane cannot be pulled back.
        public init(_ network: MultilayerPerceptron, lanes: Int = Kernels<Scalar>.lanesPerBlock, blocks: Int = 1) {
            self.lanes = lanes
            self.blocks = blocks
            let count = network.rows * lanes * blocks
            values = AlignedBuffer(uninitializedCount: count)
            preactivations = AlignedBuffer(uninitializedCount: network.needsPreactivations ? count : 0)
            lastOffset = (network.rows - network.outputs) * lanes * blocks
        }

        /// The output blocks of the last recorded pass, `[blocks][outputs][lanes]`.
        public var output: UnsafePointer<Scalar> { UnsafePointer(values.pointer + lastOffset) }

        func offset(of layer: Layer) -> Int { layer.row * lanes * blocks }
    }

    /// Scratch of one thread.
    public final class Workspace<Scalar: KernelScalar> {
        let first: AlignedBuffer<Scalar>
        let second: AlignedBuffer<Scalar>
        let transposed: AlignedBuffer<Scalar>

        /// Scratch for passes of `network` over so many blocks.
        public init(_ network: MultilayerPerceptron, blocks: Int = 1) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            first = AlignedBuffer(uninitializedCount: network.widest * lanes * blocks)
            second = AlignedBuffer(uninitializedCount: network.widest * lanes * blocks)
            transposed = AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: network.widest))
        }
    }

    /// output = network(input), `[outputs][lanes]` from `[inputs][lanes]`.
    public func evaluate<Scalar>(
        _ output: UnsafeMutablePointer<Scalar>, input: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>,
        lanes: Int, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        var source = input
        for (index, layer) in layers.enumerated() {
            let target =
                index == layers.count - 1
                ? output : index % 2 == 0 ? workspace.first.pointer : workspace.second.pointer
            kernels.dense(
                target, input: source, weights: parameters + layer.weights.offset,
                bias: parameters + layer.bias.offset, inputs: layer.inputs, outputs: layer.outputs, lanes: lanes,
                activation: layer.activation)
            source = UnsafePointer(target)
        }
    }

    /// Evaluates blocks, keeping in `tape` what
    /// ``pullback(_:input:tape:blocks:inputCotangent:parameters:gradient:kernels:workspace:)`` needs; the output is
    /// ``Tape/output``.
    ///
    /// - Parameter input: `[blocks][inputs][lanes]`.
    public func record<Scalar>(
        _ tape: Tape<Scalar>, input: UnsafePointer<Scalar>, blocks: Int = 1, parameters: UnsafePointer<Scalar>,
        kernels: Kernels<Scalar>
    ) {
        precondition(blocks <= tape.blocks, "\(blocks) blocks on a tape for \(tape.blocks)")
        let lanes = tape.lanes
        var source = input
        for layer in layers {
            let offset = tape.offset(of: layer)
            for block in 0..<blocks {
                let place = offset + block * layer.outputs * lanes
                kernels.dense(
                    tape.values.pointer + place,
                    preactivation: layer.activation.needsPreactivation ? tape.preactivations.pointer + place : nil,
                    input: source + block * layer.inputs * lanes, weights: parameters + layer.weights.offset,
                    bias: parameters + layer.bias.offset, inputs: layer.inputs, outputs: layer.outputs, lanes: lanes,
                    activation: layer.activation)
            }
            source = UnsafePointer(tape.values.pointer + offset)
        }
    }

    /// The vector-Jacobian product of the pass that `tape` recorded.
    ///
    /// - Parameters:
    ///   - cotangent: that of the output, `[blocks][outputs][lanes]`.
    ///   - input: the input of the recorded pass, `[blocks][inputs][lanes]`.
    ///   - blocks: as many as were recorded.
    ///   - inputCotangent: receives that of the input, overwritten; nil where nobody asks.
    ///   - gradient: has the parameters' cotangents, summed over lanes and blocks, added to it, `[layout.count]`.
    public func pullback<Scalar>(
        _ cotangent: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>, tape: Tape<Scalar>, blocks: Int = 1,
        inputCotangent: UnsafeMutablePointer<Scalar>?, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let lanes = tape.lanes
        precondition(lanes == Kernels<Scalar>.lanesPerBlock, "a pullback of \(lanes) lanes")
        // `second` holds the cotangent before the activation, `first` that of the layer's input.
        let (before, after) = (workspace.second.pointer, workspace.first.pointer)
        var incoming = cotangent
        for index in layers.indices.reversed() {
            let layer = layers[index]
            let source =
                index == 0 ? input : UnsafePointer(tape.values.pointer + tape.offset(of: layers[index - 1]))
            let offset = tape.offset(of: layer)
            kernels.activatePullback(
                before, cotangent: incoming,
                preactivation: layer.activation.needsPreactivation
                    ? UnsafePointer(tape.preactivations.pointer + offset) : nil,
                value: tape.values.pointer + offset, count: blocks * layer.outputs * lanes, layer.activation)
            addGradient(
                of: layer, to: gradient, source: source, cotangent: before, blocks: blocks, kernels: kernels,
                scratch: workspace.transposed.pointer)
            guard let target = index == 0 ? inputCotangent : after else { return }
            for block in 0..<blocks {
                kernels.densePullbackInput(
                    target + block * layer.inputs * lanes, cotangent: before + block * layer.outputs * lanes,
                    weights: parameters + layer.weights.offset, inputs: layer.inputs, outputs: layer.outputs,
                    accumulate: false)
            }
            incoming = UnsafePointer(target)
        }
    }

    func addGradient<Scalar>(
        of layer: Layer, to gradient: UnsafeMutablePointer<Scalar>, source: UnsafePointer<Scalar>,
        cotangent: UnsafePointer<Scalar>, blocks: Int, kernels: Kernels<Scalar>, scratch: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let weights = gradient + layer.weights.offset
        let bias = gradient + layer.bias.offset
        if blocks == 1 {
            kernels.densePullbackParameters(
                weights: weights, bias: bias, input: source, cotangent: cotangent, inputs: layer.inputs,
                outputs: layer.outputs, scratch: scratch)
        } else {
            kernels.densePullbackParameters(
                weights: weights, bias: bias, input: source, inputStride: layer.inputs * lanes, cotangent: cotangent,
                cotangentStride: layer.outputs * lanes, inputs: layer.inputs, outputs: layer.outputs, blocks: blocks)
        }
    }
}
