import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct ImageNetworkTests {
    private static let lanes = Kernels<Double>.lanesPerBlock

    private func filled(_ count: Int, seed: UInt64) -> [Double] {
        let random = CounterRandom(seed: seed, stream: 0)
        return (0..<count).map { random.normal(UInt64($0)) }
    }

    /// Convolutions with and without bias and stride, norms with and without an activation and the time.
    private func network() -> ImageNetwork {
        var network = ImageNetwork(channels: 2, height: 4, width: 3)
        network.normalize(groups: 1, activation: .relu, appendsTime: true)
        network.convolve(outputs: 4, kernel: 3, padding: 1)
        network.normalize(groups: 2, activation: .identity)
        network.convolve(outputs: 3, kernel: 2, stride: 2, padding: 1, hasBias: false)
        return network
    }

    @Test(arguments: InstructionSet.supported)
    func `the pullback is the gradient by finite differences`(instructionSet: InstructionSet) {
        let lanes = Self.lanes
        let kernels = Kernels<Double>(instructionSet)
        let network = network()
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 7)
        parameters.values = zip(parameters.values, filled(network.layout.count, seed: 4)).map { $0 + 0.1 * $1 }
        let input = filled(network.inputCount * lanes, seed: 1)
        let times = filled(lanes, seed: 3)
        let cotangent = filled(network.outputCount * lanes, seed: 2)
        let tape = ImageNetwork.Tape<Double>(network)
        let workspace = ImageNetwork.Workspace<Double>(network)

        func weighted(_ values: [Double], _ input: [Double], _ times: [Double]) -> Double {
            network.record(tape, input: input, times: times, parameters: values, kernels: kernels)
            return cotangent.indices.reduce(0) { $0 + cotangent[$1] * tape.output[$1] }
        }

        var inputCotangent = [Double](repeating: .nan, count: input.count)
        var timeCotangent = [Double](repeating: 0, count: lanes)
        var gradient = [Double](repeating: 0, count: network.layout.count)
        _ = weighted(parameters.values, input, times)
        input.withUnsafeBufferPointer { input in
            guard let input = input.baseAddress else { return }
            network.pullback(
                cotangent, input: input, tape: tape, inputCotangent: &inputCotangent, timeCotangent: &timeCotangent,
                parameters: parameters.pointer, gradient: &gradient, kernels: kernels, workspace: workspace)
        }
        // Central differences are good to about 1e-9 of the largest entry here; ReLU's kinks are not hit.
        let byParameters = FiniteDifferences.gradient(at: parameters.values) { weighted($0, input, times) }
        #expect(FiniteDifferences.relativeDifference(gradient, byParameters) < 1e-7)
        let byTimes = FiniteDifferences.gradient(at: times) { weighted(parameters.values, input, $0) }
        #expect(FiniteDifferences.relativeDifference(timeCotangent, byTimes) < 1e-7)
        let byInput = FiniteDifferences.gradient(at: input) { weighted(parameters.values, $0, times) }
        #expect(FiniteDifferences.relativeDifference(inputCotangent, byInput) < 1e-7)
    }

    @Test func `a convolution is the sum over a padded image, a norm has mean 0 and variance 1`() {
        let lanes = Self.lanes
        var network = ImageNetwork(channels: 3, height: 5, width: 4)
        network.convolve(outputs: 4, kernel: 3, stride: 2, padding: 1)
        network.normalize(groups: 2, activation: .identity)
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 5)
        let input = filled(network.inputCount * lanes, seed: 6)
        let tape = ImageNetwork.Tape<Double>(network)
        network.record(tape, input: input, times: nil, parameters: parameters.pointer, kernels: .underTest)
        #expect(network.height == 3 && network.width == 2)
        let values = parameters.values
        for lane in [0, lanes - 1] {
            // The image with a frame of zeros.
            var padded = Array(repeating: Array(repeating: Array(repeating: 0.0, count: 6), count: 7), count: 3)
            for channel in 0..<3 {
                for row in 0..<5 {
                    for column in 0..<4 {
                        padded[channel][row + 1][column + 1] = input[((channel * 5 + row) * 4 + column) * lanes + lane]
                    }
                }
            }
            for group in 0..<2 {
                var convolved: [Double] = []
                for output in 2 * group..<2 * group + 2 {
                    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)] {
                        var sum = values[9 * 12 + output]
                        for i in 0..<3 {
                            for j in 0..<3 {
                                for channel in 0..<3 {
                                    sum +=
                                        values[((i * 3 + j) * 3 + channel) * 4 + output]
                                        * padded[channel][2 * row + i][2 * column + j]
                                }
                            }
                        }
                        convolved.append(sum)
                    }
                }
                let mean = convolved.reduce(0, +) / 12
                let variance = convolved.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
                for (index, value) in convolved.enumerated() {
                    let expected = (value - mean) / (variance + 1e-5).squareRoot()
                    // Sums of thirty terms of order 1.
                    #expect(abs(tape.output[(group * 12 + index) * lanes + lane] - expected) < 1e-13)
                }
            }
        }
    }
}
