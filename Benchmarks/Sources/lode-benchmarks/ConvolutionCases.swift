import LodeNumerics

/// The convolutions of an ODE-Net on digits, on one thread: forward, and both pullbacks.
struct ConvolutionCases {
    let kernels: Kernels<Float>
    let repetitions: Int

    /// All shapes of the network.
    func run() {
        measure(
            "convolution_field",
            ConvolutionShape(inputs: 65, outputs: 64, height: 6, width: 6, kernel: 3, padding: 1))
        measure(
            "convolution_halving",
            ConvolutionShape(inputs: 64, outputs: 64, height: 26, width: 26, kernel: 4, stride: 2, padding: 1))
    }

    private func measure(_ name: String, _ shape: ConvolutionShape) {
        let lanes = Kernels<Float>.lanesPerBlock
        let random = CounterRandom(seed: 1, stream: 0)
        func filled(_ count: Int, _ stream: UInt64) -> AlignedBuffer<Float> {
            let buffer = AlignedBuffer<Float>(count: count)
            for index in 0..<count { buffer.pointer[index] = Float(random.uniform(stream << 40 | UInt64(index)) - 0.5) }
            return buffer
        }
        let input = filled(shape.inputCount * lanes, 1)
        let output = filled(shape.outputCount * lanes, 2)
        let weights = filled(shape.weightCount, 3)
        let gradient = AlignedBuffer<Float>(count: shape.weightCount)
        let operations = 2 * Double(taps(shape) * shape.inputs * shape.outputs * lanes)
        let forward = Measurement.median(repetitions: repetitions) {
            kernels.convolve(output.pointer, input: input.pointer, weights: weights.pointer, bias: nil, shape: shape)
        }
        let backward = Measurement.median(repetitions: repetitions) {
            kernels.convolvePullbackInput(
                input.pointer, cotangent: output.pointer, weights: weights.pointer, shape: shape, accumulate: false)
        }
        let parameters = Measurement.median(repetitions: repetitions) {
            kernels.convolvePullbackParameters(
                weights: gradient.pointer, bias: nil, input: input.pointer, cotangent: output.pointer, shape: shape)
        }
        Measurement(
            name: name, seconds: forward,
            figures: [
                ("gflops", operations / forward / 1e9), ("input_gflops", operations / backward / 1e9),
                ("weights_gflops", operations / parameters / 1e9),
            ]
        ).printLine()
    }

    /// Products of a weight and a value for each pair of channels; those with padding are not computed.
    private func taps(_ shape: ConvolutionShape) -> Int {
        func along(_ input: Int, _ output: Int) -> Int {
            (0..<output).reduce(0) { sum, place in
                sum + (0..<shape.kernel).count { (0..<input).contains(place * shape.stride + $0 - shape.padding) }
            }
        }
        return along(shape.height, shape.outputHeight) * along(shape.width, shape.outputWidth)
    }
}
