import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct PathPenaltyTests {
    private static func model(_ dynamics: DynamicsConfiguration, hidden: [Int] = [6]) -> LatentODE {
        var configuration = LatentODE.Configuration(
            channels: 1, latentDimension: 2, encoderHidden: 4, dynamicsHidden: hidden, decoderHidden: [4],
            covariates: 0,
            // Tight enough that step sizes, constants to the gradient, make no difference that a finite step sees.
            relativeTolerance: 1e-9, absoluteTolerance: 1e-11, maxSteps: 10_000)
        configuration.dynamics = dynamics
        return LatentODE(configuration)
    }

    /// Series that end at different times; the last has one target, at the origin.
    private static func examples(controls: Int) -> [SeriesExample] {
        (0..<4).map { series in
            let random = CounterRandom(seed: 61, stream: UInt64(series))
            let times = series == 3 ? [0] : (0..<3).map { Double(series + 1) * (0.2 + 0.3 * Double($0)) }
            let path = ControlPath(
                channels: (0..<controls).map { _ in
                    ControlPath.Channel(times: [0, 0.7, 1.1], values: [0.5, -1, 1])
                })
            let targets = ObservedSeries(
                times: times, values: times.indices.map { Float(random.normal(UInt64($0))) },
                mask: times.map { _ in 1 }, controls: path)
            return SeriesExample(context: targets, targets: targets, identity: UInt64(series))
        }
    }

    private func bound(
        _ values: [Double], _ examples: [SeriesExample], _ objective: Objective, model: LatentODE,
        gradient: inout [Double], threads: Int = 1
    ) throws -> EvidenceLowerBound {
        let parameters = ParameterVector<Double>(layout: model.layout)
        parameters.values = values
        return try model.gradient(
            of: examples, objective: objective, seed: 5, epoch: 3, parameters: parameters, into: &gradient,
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads))
    }

    @Test(
        arguments: PathPenalty.Measure.allCases,
        [
            DynamicsConfiguration(),
            DynamicsConfiguration(timeScale: 2, bound: .learned(initial: 0.5), controls: [.hold, .linear]),
        ])
    func `the gradient of a priced path is that by finite differences`(
        _ measure: PathPenalty.Measure, _ dynamics: DynamicsConfiguration
    ) throws {
        let model = Self.model(dynamics)
        let examples = Self.examples(controls: dynamics.controls.count)
        var objective = Objective(sampleCount: 2, klWeight: 0.5)
        objective.pathPenalty = PathPenalty(measure: measure, weight: 3)
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var gradient = [Double](repeating: .nan, count: start.count)
        let result = try bound(start, examples, objective, model: model, gradient: &gradient)
        #expect(result.pathPenalty > 0)
        var scratch = gradient
        let expected = try FiniteDifferences.gradient(at: start) {
            try bound($0, examples, objective, model: model, gradient: &scratch).loss
        }
        // The solver's tolerance of 1e-9 over a step of 1e-5 leaves noise of some 1e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-5)
        _ = try bound(start, examples, objective, model: model, gradient: &scratch, threads: 3)
        #expect(gradient == scratch)
    }

    @Test func `a state that moves evenly pays its speed for each unit of time`() throws {
        // Without hidden layers and with no weights, dz/dt is the bias: (0.3, −0.4), of length 0.5.
        let model = Self.model(DynamicsConfiguration(), hidden: [])
        var values = ParameterVector<Double>(layout: model.layout, seed: 2).values
        for slice in model.layout.slices where slice.name == "dynamics.0.weights" {
            for index in 0..<slice.count { values[slice.offset + index] = 0 }
        }
        for slice in model.layout.slices where slice.name == "dynamics.0.bias" {
            values[slice.offset] = 0.3
            values[slice.offset + 1] = -0.4
        }
        let examples = Self.examples(controls: 0)
        // The ends are 0.8, 1.6, 2.4 and 0: 1.2 on average.
        var gradient = values
        for (measure, speed) in [(PathPenalty.Measure.kineticEnergy, 0.125), (.length, 0.125.squareRoot())] {
            var objective = Objective(sampleCount: 2, klWeight: 0.5)
            let free = try bound(values, examples, objective, model: model, gradient: &gradient)
            objective.pathPenalty = PathPenalty(measure: measure, weight: 2)
            let priced = try bound(values, examples, objective, model: model, gradient: &gradient)
            // A length is rounded off by a thousandth at rest.
            #expect(abs(priced.pathPenalty - 2 * 1.2 * speed) < 3e-3)
            #expect(abs(priced.loss - free.loss - priced.pathPenalty) < 1e-12)
        }
    }
}
