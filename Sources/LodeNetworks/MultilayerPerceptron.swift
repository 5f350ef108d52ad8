public import LodeNumerics

/// Dense layers one after another, over blocks of lanes.
///
/// Legend: I inputs, O outputs of a layer, `lanes` 1 or `Kernels.lanesPerBlock` (pullbacks: the latter only).
/// A block is `[rows][lanes]`; a layer's weights are `[I][O]`. All pointers to parameters and gradients are to the
/// first element of this network's own ``layout``.
public struct MultilayerPerceptron: Sendable, Hashable {
    struct Layer: Sendable, Hashable {
        var inputs: Int
        var outputs: Int
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
                    inputs: widths[index], outputs: widths[index + 1],
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

    /// The activations of one forward pass over a block.
    public final class Tape<Scalar: KernelScalar> {
        let values: [AlignedBuffer<Scalar>]
        let preactivations: [AlignedBuffer<Scalar>?]
        /// 1 or a full block.
        let lanes: Int

        /// Room for the passes of `network`.
        ///
        /// A single lane cannot be pulled back.
        public init(_ network: MultilayerPerceptron, lanes: Int = Kernels<Scalar>.lanesPerBlock) {
            self.lanes = lanes
            values = network.layers.map { AlignedBuffer(count: $0.outputs * lanes) }
            preactivations = network.layers.map { layer in
                layer.activation.needsPreactivation ? AlignedBuffer(count: layer.outputs * lanes) : nil
            }
        }

        /// The output block of the last recorded pass.
        public var output: UnsafePointer<Scalar> { UnsafePointer(values[values.count - 1].pointer) }
    }

    /// Scratch of one thread.
    public final class Workspace<Scalar: KernelScalar> {
        let first: AlignedBuffer<Scalar>
        let second: AlignedBuffer<Scalar>
        let transposed: AlignedBuffer<Scalar>

        /// Scratch for `network`.
        public init(_ network: MultilayerPerceptron) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            first = AlignedBuffer(count: network.widest * lanes)
            second = AlignedBuffer(count: network.widest * lanes)
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

    /// Evaluates a block, keeping in `tape` what ``pullback(_:input:tape:inputCotangent:parameters:gradient:kernels:workspace:)``
    /// needs; the output is ``Tape/output``.
    public func record<Scalar>(
        _ tape: Tape<Scalar>, input: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        var source = input
        for (index, layer) in layers.enumerated() {
            let target = tape.values[index].pointer
            kernels.dense(
                target, preactivation: tape.preactivations[index]?.pointer, input: source,
                weights: parameters + layer.weights.offset, bias: parameters + layer.bias.offset,
                inputs: layer.inputs, outputs: layer.outputs, lanes: tape.lanes,
                activation: layer.activation)
            source = UnsafePointer(target)
        }
    }

    /// The vector-Jacobian product of the pass that `tape` recorded.
    ///
    /// - Parameters:
    ///   - cotangent: that of the output, `[outputs][lanes]`.
    ///   - input: the input of the recorded pass.
    ///   - inputCotangent: receives that of the input, overwritten; nil where nobody asks.
    ///   - gradient: has the parameters' cotangents, summed over the lanes, added to it, `[layout.count]`.
    public func pullback<Scalar>(
        _ cotangent: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>, tape: Tape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>?, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let lanes = tape.lanes
        precondition(lanes == Kernels<Scalar>.lanesPerBlock, "a pullback of \(lanes) lanes")
        var incoming = cotangent
        for index in layers.indices.reversed() {
            let layer = layers[index]
            let source = index == 0 ? input : UnsafePointer(tape.values[index - 1].pointer)
            // `second` holds the cotangent before the activation, `first` that of the layer's input.
            kernels.activatePullback(
                workspace.second.pointer, cotangent: incoming,
                preactivation: tape.preactivations[index].map { UnsafePointer($0.pointer) },
                value: tape.values[index].pointer, count: layer.outputs * lanes, layer.activation)
            kernels.densePullbackParameters(
                weights: gradient + layer.weights.offset, bias: gradient + layer.bias.offset, input: source,
                cotangent: workspace.second.pointer, inputs: layer.inputs, outputs: layer.outputs,
                scratch: workspace.transposed.pointer)
            guard let target = index == 0 ? inputCotangent : workspace.first.pointer else { return }
            kernels.densePullbackInput(
                target, cotangent: workspace.second.pointer, weights: parameters + layer.weights.offset,
                inputs: layer.inputs, outputs: layer.outputs, accumulate: false)
            incoming = UnsafePointer(target)
        }
    }
}
