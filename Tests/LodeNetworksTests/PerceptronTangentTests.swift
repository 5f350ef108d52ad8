import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct PerceptronTangentTests {
    private static let lanes = Kernels<Double>.lanesPerBlock
    private static let directions = 2

    private let network = MultilayerPerceptron(widths: [3, 5, 4, 2], activation: .tanh)
    private let kernels = Kernels<Double>.underTest

    private func normals(_ count: Int, stream: UInt64) -> [Double] {
        let random = CounterRandom(seed: 31, stream: stream)
        return (0..<count).map { random.normal(UInt64($0)) }
    }

    private func outputs(_ input: [Double], _ parameters: [Double]) -> [Double] {
        var output = [Double](repeating: .nan, count: network.outputs * Self.lanes)
        network.evaluate(
            &output, input: input, parameters: parameters, lanes: Self.lanes, kernels: kernels,
            workspace: MultilayerPerceptron.Workspace(network))
        return output
    }

    private func recorded(
        _ input: [Double], _ tangents: [Double], _ parameters: [Double]
    ) -> MultilayerPerceptron.TangentTape<Double> {
        let tape = MultilayerPerceptron.TangentTape<Double>(network, directions: Self.directions)
        network.record(
            tape, input: input, inputTangents: tangents, lanes: Self.lanes, parameters: parameters, kernels: kernels)
        return tape
    }

    @Test func `tangents are directional derivatives by finite differences`() {
        let input = normals(3 * Self.lanes, stream: 1)
        let tangents = normals(Self.directions * 3 * Self.lanes, stream: 2)
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 4).values
        let tape = recorded(input, tangents, parameters)
        let count = network.outputs * Self.lanes
        #expect(Array(UnsafeBufferPointer(start: tape.output, count: count)) == outputs(input, parameters))
        for direction in 0..<Self.directions {
            let along = Array(tangents[direction * input.count..<(direction + 1) * input.count])
            func moved(_ step: Double) -> [Double] {
                outputs(zip(input, along).map { $0 + step * $1 }, parameters)
            }
            let expected = zip(moved(1e-5), moved(-1e-5)).map { ($0 - $1) / 2e-5 }
            let actual = Array(UnsafeBufferPointer(start: tape.outputTangents + direction * count, count: count))
            #expect(FiniteDifferences.relativeDifference(actual, expected) < 1e-8)
        }
    }

    @Test func `the pullback of values and tangents is that by finite differences`() {
        let input = normals(3 * Self.lanes, stream: 5)
        let tangents = normals(Self.directions * 3 * Self.lanes, stream: 6)
        let parameters = ParameterVector<Double>(layout: network.layout, seed: 7).values
        let count = network.outputs * Self.lanes
        let cotangent = normals(count, stream: 8)
        let tangentCotangents = normals(Self.directions * count, stream: 9)
        func loss(_ input: [Double], _ parameters: [Double]) -> Double {
            let tape = recorded(input, tangents, parameters)
            return (0..<count).reduce(0) { $0 + cotangent[$1] * tape.output[$1] }
                + tangentCotangents.indices.reduce(0) { $0 + tangentCotangents[$1] * tape.outputTangents[$1] }
        }
        var inputCotangent = [Double](repeating: .nan, count: input.count)
        var gradient = [Double](repeating: 0, count: parameters.count)
        network.pullback(
            cotangent, tangentCotangents: tangentCotangents, input: input, inputTangents: tangents,
            tape: recorded(input, tangents, parameters), inputCotangent: &inputCotangent, parameters: parameters,
            gradient: &gradient, kernels: kernels,
            workspace: MultilayerPerceptron.TangentWorkspace(network, directions: Self.directions))
        let byInput = FiniteDifferences.gradient(at: input) { loss($0, parameters) }
        let byParameter = FiniteDifferences.gradient(at: parameters) { loss(input, $0) }
        #expect(FiniteDifferences.relativeDifference(inputCotangent, byInput) < 1e-8)
        #expect(FiniteDifferences.relativeDifference(gradient, byParameter) < 1e-8)
    }
}
