import LodeNetworks
import LodeNumerics
import Testing

@Suite struct AdamTests {
    private func run(
        _ optimizer: Adam, gradients: [[Double]], start: [Double], kernels: Kernels<Double>
    ) -> [Double] {
        var layout = ParameterLayout()
        _ = layout.add("x", shape: [start.count], .constant(0))
        let parameters = ParameterVector<Double>(layout: layout)
        parameters.values = start
        var state = Adam.State<Double>(count: start.count)
        for var gradient in gradients {
            _ = optimizer.update(
                parameters, gradient: &gradient, learningRate: 0.1, state: &state, kernels: kernels)
        }
        return parameters.values
    }

    @Test(arguments: InstructionSet.supported)
    func `the first step moves each parameter by the rate against the gradient's sign`(
        instructionSet: InstructionSet
    ) {
        let moved = run(
            Adam(gradientClipNorm: .infinity), gradients: [[3, -0.001, 0]], start: [1, 1, 1],
            kernels: Kernels(instructionSet))
        #expect(abs(moved[0] - 0.9) < 1e-8)
        #expect(abs(moved[1] - 1.1) < 1e-5)
        #expect(moved[2] == 1)
    }

    @Test(arguments: InstructionSet.supported)
    func `two steps follow the published algorithm`(instructionSet: InstructionSet) {
        let moved = run(
            Adam(gradientClipNorm: .infinity, weightDecay: 0.01), gradients: [[0.5, -1], [0.25, 3]],
            start: [1, -2], kernels: Kernels(instructionSet))
        func expected(_ start: Double, _ first: Double, _ second: Double) -> Double {
            var x = start
            x -= 0.1 * (first / (abs(first) + 1e-8) + 0.01 * x)
            let mean = (0.9 * 0.1 * first + 0.1 * second) / (1 - 0.81)
            let square = (0.999 * 0.001 * first * first + 0.001 * second * second) / (1 - 0.999 * 0.999)
            return x - 0.1 * (mean / (square.squareRoot() + 1e-8) + 0.01 * x)
        }
        #expect(abs(moved[0] - expected(1, 0.5, 0.25)) < 1e-12)
        #expect(abs(moved[1] - expected(-2, -1, 3)) < 1e-12)
    }

    @Test func `a gradient longer than the clip norm counts as one of that norm`() {
        let kernels = Kernels<Double>(.best)
        let clipped = run(
            Adam(gradientClipNorm: 1), gradients: [[30, 40], [0.3, 0.4]], start: [0, 0], kernels: kernels)
        let short = run(
            Adam(gradientClipNorm: 1), gradients: [[0.6, 0.8], [0.3, 0.4]], start: [0, 0], kernels: kernels)
        #expect(zip(clipped, short).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(arguments: [Double.nan, .infinity])
    func `a gradient that is not finite changes nothing`(value: Double) {
        let moved = run(
            Adam(gradientClipNorm: 1), gradients: [[value, 1]], start: [5, 6], kernels: Kernels(.best))
        #expect(moved == [5, 6])
    }
}
