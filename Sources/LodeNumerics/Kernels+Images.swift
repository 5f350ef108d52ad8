internal import CLodeKernels

/// The sizes of a convolution of square kernels over images.
public struct ConvolutionShape: Sendable, Hashable {
    /// Channels of the input.
    public var inputs: Int
    /// Channels of the output.
    public var outputs: Int
    /// Rows of the input.
    public var height: Int
    /// Columns of the input.
    public var width: Int
    /// The side of the kernel.
    public var kernel: Int
    /// How far the kernel moves from one output to the next.
    public var stride: Int
    /// Rows and columns of zeros around the input.
    public var padding: Int

    /// The largest side of a kernel.
    public static var largestKernel: Int { Int(LODE_MOST_KERNEL) }

    /// A shape; traps where no output is left.
    public init(
        inputs: Int, outputs: Int, height: Int, width: Int, kernel: Int, stride: Int = 1, padding: Int = 0
    ) {
        precondition(
            inputs > 0 && outputs > 0 && (1...Self.largestKernel).contains(kernel) && stride > 0 && padding >= 0
                && min(height, width) > 0 && min(height, width) + 2 * padding >= kernel,
            "a \(kernel) × \(kernel) convolution of \(height) × \(width) images")
        self.inputs = inputs
        self.outputs = outputs
        self.height = height
        self.width = width
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    /// Rows of the output.
    public var outputHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    /// Columns of the output.
    public var outputWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
    /// Values of an input image.
    public var inputCount: Int { inputs * height * width }
    /// Values of an output image.
    public var outputCount: Int { outputs * outputHeight * outputWidth }
    /// How many weights there are.
    public var weightCount: Int { kernel * kernel * inputs * outputs }

    var native: lode_convolution {
        lode_convolution(
            inputs: inputs, outputs: outputs, height: height, width: width, kernel: kernel, stride: stride,
            padding: padding)
    }
}

/// Images in full blocks `[channels][rows][columns][lanes]`, an image in each lane; weights are
/// `[kernel][kernel][inputs][outputs]`.
extension Kernels {
    /// output = bias + weights ∗ input.
    public func convolve(
        _ output: UnsafeMutablePointer<Scalar>, input: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, shape: ConvolutionShape
    ) {
        var native = shape.native
        table.pointee.convolution(output, input, weights, bias, &native)
    }

    /// The cotangent of the input, overwritten or, with `accumulate`, added to.
    public func convolvePullbackInput(
        _ inputCotangent: UnsafeMutablePointer<Scalar>, cotangent: UnsafePointer<Scalar>,
        weights: UnsafePointer<Scalar>, shape: ConvolutionShape, accumulate: Bool
    ) {
        var native = shape.native
        table.pointee.convolution_vjp_input(inputCotangent, cotangent, weights, &native, accumulate ? 1 : 0)
    }

    /// Adds the cotangents of weights and bias, summed over lanes and places.
    public func convolvePullbackParameters(
        weights: UnsafeMutablePointer<Scalar>, bias: UnsafeMutablePointer<Scalar>?, input: UnsafePointer<Scalar>,
        cotangent: UnsafePointer<Scalar>, shape: ConvolutionShape
    ) {
        var native = shape.native
        table.pointee.convolution_vjp_parameters(weights, bias, input, cotangent, &native)
    }

    /// Values of each lane set to mean 0 and variance 1 in groups of channels, then scaled and shifted by channel.
    ///
    /// - Parameter statistics: receives what the pullback needs, `[2][groups][lanes]`.
    public func groupNorm(
        _ output: UnsafeMutablePointer<Scalar>, statistics: UnsafeMutablePointer<Scalar>,
        input: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>, shift: UnsafePointer<Scalar>, channels: Int,
        groups: Int, places: Int, epsilon: Double
    ) {
        table.pointee.group_norm(output, statistics, input, scale, shift, channels, groups, places, epsilon)
    }

    /// The cotangent of the input, overwritten; adds those of scale and shift, where both are given.
    public func groupNormPullback(
        _ inputCotangent: UnsafeMutablePointer<Scalar>, scaleCotangent: UnsafeMutablePointer<Scalar>?,
        shiftCotangent: UnsafeMutablePointer<Scalar>?, cotangent: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>,
        statistics: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>, channels: Int, groups: Int, places: Int
    ) {
        table.pointee.group_norm_vjp(
            inputCotangent, scaleCotangent, shiftCotangent, cotangent, input, statistics, scale, channels, groups,
            places)
    }
}
