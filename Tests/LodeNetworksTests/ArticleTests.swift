import Foundation
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

/// The code of the catalogue's articles, compiled and run.
@Suite struct ArticleTests {
    @Test func `every block of code of the articles stands in this file`() throws {
        let found = try ArticleCode.blocks(ofCatalogueOf: "LodeNetworks", missingIn: #filePath)
        #expect(found.count == 4)
        #expect(found.missing == [])
    }

    @Test func `a network is fitted by hand, kept, and read back`() throws {
        let lanes = Kernels<Float>.lanesPerBlock
        let inputs = (0..<lanes).map { 2 * Float($0) / Float(lanes) - 1 }
        let targets = inputs.map { Float(sin(3 * Double($0))) }
        func error(_ answers: [Float]) -> Float {
            zip(answers, targets).reduce(0) { max($0, abs($1.0 - $1.1)) }
        }

        let network = MultilayerPerceptron(widths: [1, 16, 1], activation: .tanh)
        let parameters = ParameterVector<Float>(layout: network.layout, seed: 1)
        let kernels = Kernels<Float>(.best)
        let workspace = MultilayerPerceptron.Workspace<Float>(network)
        var answers = [Float](repeating: 0, count: lanes)
        network.evaluate(
            &answers, input: inputs, parameters: parameters.pointer, lanes: lanes, kernels: kernels,
            workspace: workspace)
        #expect(error(answers) > 0.5)

        let tape = MultilayerPerceptron.Tape<Float>(network)
        let adam = Adam(gradientClipNorm: 10)
        var state = Adam.State<Float>(count: parameters.count)
        for _ in 0..<400 {
            network.record(tape, input: inputs, parameters: parameters.pointer, kernels: kernels)
            // Of half the squared error, the cotangent of the output is the error.
            let cotangent = targets.indices.map { tape.output[$0] - targets[$0] }
            var gradient = [Float](repeating: 0, count: parameters.count)
            network.pullback(
                cotangent, input: inputs, tape: tape, inputCotangent: nil, parameters: parameters.pointer,
                gradient: &gradient, kernels: kernels, workspace: workspace)
            _ = adam.update(parameters, gradient: &gradient, learningRate: 0.02, state: &state, kernels: kernels)
        }
        network.evaluate(
            &answers, input: inputs, parameters: parameters.pointer, lanes: lanes, kernels: kernels,
            workspace: workspace)
        // Measured 0.09 on AVX2; twice as much is a fit all the same, of values from -1 to 1.
        #expect(error(answers) < 0.2)

        let bytes = try Safetensors(tensors: parameters.tensors).encoded()
        let restored = ParameterVector<Float>(layout: network.layout)
        try restored.load(Safetensors(decoding: bytes).tensors)
        #expect(restored.values == parameters.values)
    }
}
