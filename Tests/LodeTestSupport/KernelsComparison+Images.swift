import LodeNumerics

extension KernelCase {
    /// Convolutions and group norms.
    static var images: [KernelCase] { convolutions + groupNorms }

    /// Kernels, strides and paddings that reach every branch: no padding, a padding as wide as the image, outputs that leave
    /// columns of the input unread.
    private static var shapes: [(kernel: Int, stride: Int, padding: Int, height: Int, width: Int)] {
        [(1, 1, 0, 2, 3), (3, 1, 1, 4, 5), (3, 2, 1, 5, 4), (4, 2, 1, 7, 6), (3, 3, 3, 1, 2), (8, 1, 0, 8, 9)]
    }

    private static var convolutions: [KernelCase] {
        shapes.map { one in
            let name = "convolution \(one.kernel), stride \(one.stride), padding \(one.padding)"
            // Tiles have up to 16 channels; the others are remainders.
            let sizes = Array(1...9) + [15, 16, 17, 33]
            let terms = one.kernel * one.kernel * 5
            return KernelCase(name: name, sizes: sizes, roundings: { Double(64 + 8 * terms + 64 * $0) }) { kernels, n in
                var memory = KernelMemory<Scalar>("convolution", n)
                var results: [Double] = []
                // As many outputs, then as many inputs.
                for (inputs, outputs) in [(3, n), (n, 2)] {
                    let shape = ConvolutionShape(
                        inputs: inputs, outputs: outputs, height: one.height, width: one.width, kernel: one.kernel,
                        stride: one.stride, padding: one.padding)
                    let input = memory.values(shape.inputCount * 16)
                    let weights = memory.values(shape.weightCount)
                    let bias = memory.values(outputs)
                    let cotangent = memory.values(shape.outputCount * 16)
                    var out = memory.output(shape.outputCount * 16)
                    kernels.convolve(&out, input: input, weights: weights, bias: bias, shape: shape)
                    var plain = memory.output(shape.outputCount * 16)
                    kernels.convolve(&plain, input: input, weights: weights, bias: nil, shape: shape)
                    var first = memory.output(shape.inputCount * 16)
                    kernels.convolvePullbackInput(
                        &first, cotangent: cotangent, weights: weights, shape: shape, accumulate: false)
                    var second = memory.output(shape.inputCount * 16)
                    kernels.convolvePullbackInput(
                        &second, cotangent: cotangent, weights: weights, shape: shape, accumulate: true)
                    var weightCotangent = memory.output(shape.weightCount)
                    var biasCotangent = memory.output(outputs)
                    kernels.convolvePullbackParameters(
                        weights: &weightCotangent, bias: &biasCotangent, input: input, cotangent: cotangent,
                        shape: shape)
                    for values in [out, plain, first, second, weightCotangent, biasCotangent] {
                        results += values.map { Double($0) }
                    }
                }
                return results
            }
        }
    }

    private static var groupNorms: [KernelCase] {
        [1, 2, 3].map { each in
            // Inverse deviations of values within ±1 are a few units, and are multiplied twice.
            KernelCase(
                name: "group norm of \(each) channels", sizes: Array(1...9) + [36],
                roundings: { Double(1_000 + 100 * $0) }
            ) { kernels, places in
                var memory = KernelMemory<Scalar>("norm", places)
                let channels = 2 * each
                // A group of one value has no deviation, and an inverse of 1 / √ε that magnifies all roundings.
                let epsilon = each * places == 1 ? 1 : 1e-2
                let input = memory.values(channels * places * 16)
                let scale = memory.values(channels)
                let shift = memory.values(channels)
                let cotangent = memory.values(channels * places * 16)
                var out = memory.output(channels * places * 16)
                var statistics = memory.output(2 * 2 * 16)
                kernels.groupNorm(
                    &out, statistics: &statistics, input: input, scale: scale, shift: shift, channels: channels,
                    groups: 2,
                    places: places, epsilon: epsilon)
                var inputCotangent = memory.output(channels * places * 16)
                var scaleCotangent = memory.output(channels)
                var shiftCotangent = memory.output(channels)
                kernels.groupNormPullback(
                    &inputCotangent, scaleCotangent: &scaleCotangent, shiftCotangent: &shiftCotangent,
                    cotangent: cotangent, input: input, statistics: statistics, scale: scale, channels: channels,
                    groups: 2,
                    places: places)
                var alone = memory.output(channels * places * 16)
                kernels.groupNormPullback(
                    &alone, scaleCotangent: nil, shiftCotangent: nil, cotangent: cotangent, input: input,
                    statistics: statistics, scale: scale, channels: channels, groups: 2, places: places)
                return [out, statistics, inputCotangent, scaleCotangent, shiftCotangent, alone].flatMap {
                    $0.map { Double($0) }
                }
            }
        }
    }
}
