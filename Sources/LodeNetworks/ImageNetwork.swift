public import LodeNumerics

/// Convolutions and group norms one after another, over full blocks of images.
///
/// Legend: a block is `[channels][rows][columns][lanes]`, an image in each lane. All pointers to parameters and gradients
/// are to the first element of this network's own ``layout``.
public struct ImageNetwork: Sendable, Hashable {
    enum Layer: Sendable, Hashable {
        case convolution(ConvolutionShape, weights: ParameterSlice, bias: ParameterSlice?)
        case norm(GroupNorm)

        /// Values of an output image.
        var outputCount: Int {
            switch self {
            case .convolution(let shape, _, _): shape.outputCount
            case .norm(let norm): (norm.channels + (norm.appendsTime ? 1 : 0)) * norm.places
            }
        }
    }

    /// A group norm with what follows it.
    struct GroupNorm: Sendable, Hashable {
        var channels: Int
        var groups: Int
        var places: Int
        var activation: Activation
        var appendsTime: Bool
        var scale: ParameterSlice
        var shift: ParameterSlice

        /// Added to variances, as PyTorch does by default.
        static let epsilon = 1e-5
    }

    private(set) var layers: [Layer] = []
    /// The parameters, named `0.weights`, `0.bias`, `1.scale`, `1.shift`, ….
    public private(set) var layout = ParameterLayout()
    /// Values of an input image.
    public let inputCount: Int
    /// Channels of an output image.
    public private(set) var channels: Int
    /// Rows of an output image.
    public private(set) var height: Int
    /// Columns of an output image.
    public private(set) var width: Int

    /// A network without layers, whose output is its input.
    public init(channels: Int, height: Int, width: Int) {
        precondition(channels > 0 && height > 0 && width > 0, "images of \(channels) × \(height) × \(width)")
        self.channels = channels
        self.height = height
        self.width = width
        inputCount = channels * height * width
    }

    /// Values of an output image.
    public var outputCount: Int { layers.last?.outputCount ?? inputCount }

    /// Appends a convolution of square kernels.
    ///
    /// Initial weights and biases are uniform within ±1/√inputs of an output, as PyTorch draws them.
    public mutating func convolve(outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, hasBias: Bool = true) {
        let shape = ConvolutionShape(
            inputs: channels, outputs: outputs, height: height, width: width, kernel: kernel, stride: stride,
            padding: padding)
        let initializer = Initializer.fanIn(channels * kernel * kernel)
        let weights = layout.add(
            "\(layers.count).weights", shape: [kernel, kernel, channels, outputs], initializer)
        let bias = hasBias ? layout.add("\(layers.count).bias", shape: [outputs], initializer) : nil
        layers.append(.convolution(shape, weights: weights, bias: bias))
        channels = outputs
        height = shape.outputHeight
        width = shape.outputWidth
    }

    /// Appends a group norm over all places of `channels / groups` neighbouring channels, and an activation after it.
    ///
    /// - Parameter appendsTime: adds a channel behind the others that holds each lane's time at all places.
    public mutating func normalize(groups: Int, activation: Activation, appendsTime: Bool = false) {
        precondition(groups > 0 && channels % groups == 0, "\(channels) channels in \(groups) groups")
        precondition(!activation.needsPreactivation, "\(activation) after a norm, which keeps no preactivation")
        let scale = layout.add("\(layers.count).scale", shape: [channels], .constant(1))
        let shift = layout.add("\(layers.count).shift", shape: [channels], .constant(0))
        layers.append(
            .norm(
                GroupNorm(
                    channels: channels, groups: groups, places: height * width, activation: activation,
                    appendsTime: appendsTime, scale: scale, shift: shift)))
        if appendsTime { channels += 1 }
    }

    /// What one forward pass over a block keeps for its pullback.
    public final class Tape<Scalar: KernelScalar> {
        let values: [AlignedBuffer<Scalar>]
        let statistics: [AlignedBuffer<Scalar>?]

        /// Room for the passes of a network with at least one layer.
        public init(_ network: ImageNetwork) {
            precondition(!network.layers.isEmpty, "a tape of a network without layers")
            let lanes = Kernels<Scalar>.lanesPerBlock
            values = network.layers.map { AlignedBuffer(count: $0.outputCount * lanes) }
            statistics = network.layers.map { layer in
                guard case .norm(let norm) = layer else { return nil }
                return AlignedBuffer(count: 2 * norm.groups * lanes)
            }
        }

        /// The output block of the last recorded pass.
        public var output: UnsafePointer<Scalar> { UnsafePointer(values[values.count - 1].pointer) }
    }

    /// Scratch of one thread.
    public final class Workspace<Scalar: KernelScalar> {
        let first: AlignedBuffer<Scalar>
        let second: AlignedBuffer<Scalar>

        /// Scratch for `network`.
        public init(_ network: ImageNetwork) {
            let widest = network.layers.reduce(network.inputCount) { max($0, $1.outputCount) }
            first = AlignedBuffer(count: widest * Kernels<Scalar>.lanesPerBlock)
            second = AlignedBuffer(count: widest * Kernels<Scalar>.lanesPerBlock)
        }
    }
}
