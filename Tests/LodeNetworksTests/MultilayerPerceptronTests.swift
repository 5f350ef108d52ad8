import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct MultilayerPerceptronTests {
    private let lanes = Kernels<Double>.lanesPerBlock

    private func filled(_ count: Int, seed: UInt64) -> [Double] {
        let random = CounterRandom(seed: seed, stream: 0)
        return (0..<count).map { random.normal(UInt64($0)) }
    }

    @Test(arguments: InstructionSet.supported, Activation.allCases)
    func `the pullback is the gradient by finite differences`(
        instructionSet: InstructionSet, activation: Activation
    ) {
        let kernels = Kernels<Double>(instructionSet)
        let network = MultilayerPerceptron(widths: [3, 7, 5, 2], activation: activation)
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 7)
        let input = filled(3 * lanes, seed: 1)
        let cotangent = filled(2 * lanes, seed: 2)
        let workspace = MultilayerPerceptron.Workspace<Double>(network)

        func weighted(_ values: [Double], _ input: [Double]) -> Double {
            var output = [Double](repeating: 0, count: 2 * lanes)
            network.evaluate(
                &output, input: input, parameters: values, lanes: lanes, kernels: kernels, workspace: workspace)
            return zip(output, cotangent).reduce(0) { $0 + $1.0 * $1.1 }
        }

        let tape = MultilayerPerceptron.Tape<Double>(network)
        var inputCotangent = [Double](repeating: .nan, count: 3 * lanes)
        var gradient = [Double](repeating: 0, count: network.layout.count)
        input.withUnsafeBufferPointer { input in
            guard let input = input.baseAddress else { return }
            network.record(tape, input: input, parameters: parameters.pointer, kernels: kernels)
            network.pullback(
                cotangent, input: input, tape: tape, inputCotangent: &inputCotangent,
                parameters: parameters.pointer, gradient: &gradient, kernels: kernels, workspace: workspace)
        }
        // Central differences are good to about 1e-9 of the largest entry here; ReLU's kinks are not hit.
        let byParameters = FiniteDifferences.gradient(at: parameters.values) { weighted($0, input) }
        #expect(FiniteDifferences.relativeDifference(gradient, byParameters) < 1e-7)
        let byInput = FiniteDifferences.gradient(at: input) { weighted(parameters.values, $0) }
        #expect(FiniteDifferences.relativeDifference(inputCotangent, byInput) < 1e-7)
    }

    /// One pullback, some that do not fill the backlog, and more than fill it.
    @Test(arguments: [1, 5, 37], [Activation.tanh, .silu])
    func `pullbacks by way of a backlog add up to the same gradient`(count: Int, activation: Activation) {
        let kernels = Kernels<Double>(.best)
        let network = MultilayerPerceptron(widths: [3, 7, 5, 2], activation: activation)
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 7)
        let workspace = MultilayerPerceptron.Workspace<Double>(network)
        let backlog = MultilayerPerceptron.Backlog<Double>(network)
        let tape = MultilayerPerceptron.Tape<Double>(network)
        let expected = AlignedBuffer<Double>(count: network.layout.count)
        let actual = AlignedBuffer<Double>(count: network.layout.count)
        for index in 0..<UInt64(count) {
            let cotangent = filled(2 * lanes, seed: 2 * index)
            var inputCotangents = [0, 1].map { _ in [Double](repeating: .nan, count: 3 * lanes) }
            filled(3 * lanes, seed: 2 * index + 1).withUnsafeBufferPointer { input in
                guard let input = input.baseAddress else { return }
                network.record(tape, input: input, parameters: parameters.pointer, kernels: kernels)
                network.pullback(
                    cotangent, input: input, tape: tape, inputCotangent: &inputCotangents[0],
                    parameters: parameters.pointer, gradient: expected.pointer, kernels: kernels,
                    workspace: workspace)
                network.pullback(
                    cotangent, input: input, tape: tape, inputCotangent: &inputCotangents[1],
                    parameters: parameters.pointer, gradient: actual.pointer, backlog: backlog, kernels: kernels,
                    workspace: workspace)
            }
            #expect(inputCotangents[0] == inputCotangents[1])
        }
        network.settle(backlog, into: actual.pointer, kernels: kernels)
        for index in 0..<network.layout.count {
            // The sums differ in their order.
            #expect(abs(actual.pointer[index] - expected.pointer[index]) < 1e-12 * Double(count * lanes))
        }
    }

    @Test(arguments: InstructionSet.supported)
    func `one lane gives the bits of a lane in a block`(instructionSet: InstructionSet) {
        let kernels = Kernels<Float>(instructionSet)
        let network = MultilayerPerceptron(widths: [4, 19, 33, 3], activation: .tanh)
        let parameters = ParameterVector<Float>(layout: network.layout, seed: 3)
        let workspace = MultilayerPerceptron.Workspace<Float>(network)
        let block = filled(4 * lanes, seed: 5).map { Float($0) }
        var blockOutput = [Float](repeating: 0, count: 3 * lanes)
        network.evaluate(
            &blockOutput, input: block, parameters: parameters.pointer, lanes: lanes, kernels: kernels,
            workspace: workspace)
        for lane in 0..<lanes {
            let single = (0..<4).map { block[$0 * lanes + lane] }
            var output = [Float](repeating: 0, count: 3)
            network.evaluate(
                &output, input: single, parameters: parameters.pointer, lanes: 1, kernels: kernels,
                workspace: workspace)
            #expect(output == (0..<3).map { blockOutput[$0 * lanes + lane] })
        }
    }

    @Test func `the same seed draws the same parameters within their bounds`() {
        let network = MultilayerPerceptron(widths: [16, 8, 1], activation: .tanh)
        let first = ParameterVector<Float>(layout: network.layout, seed: 11).values
        #expect(first == ParameterVector<Float>(layout: network.layout, seed: 11).values)
        #expect(first != ParameterVector<Float>(layout: network.layout, seed: 12).values)
        #expect(first[0..<16 * 8].allSatisfy { abs($0) <= 0.25 })
    }
}
