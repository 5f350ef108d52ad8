import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

/// The whole model with each choice of encoder and dynamics.
@Suite struct ModelChoiceTests {
    struct Choice: Sendable, CustomTestStringConvertible {
        var encoder = EncoderKind.recurrent
        var dynamics = DynamicsConfiguration()

        var testDescription: String { "\(encoder), \(dynamics)" }

        var model: LatentODE {
            var configuration = LatentODE.Configuration(
                channels: 2, latentDimension: 3, encoderHidden: 5, dynamicsHidden: [6], decoderHidden: [4],
                covariates: 1,
                // Tight enough that step sizes, constants to the gradient, make no difference that a finite step sees.
                relativeTolerance: 1e-9, absoluteTolerance: 1e-11, maxSteps: 10_000)
            configuration.encoder = encoder
            configuration.dynamics = dynamics
            return LatentODE(configuration)
        }
    }

    static let choices: [Choice] = [
        Choice(encoder: .attention(referencePoints: 4, heads: 2, embedding: 4, span: 2)),
        Choice(encoder: .attention(referencePoints: 1, heads: 1, embedding: 1, span: 2)),
        Choice(dynamics: DynamicsConfiguration(timeScale: 2)),
        Choice(dynamics: DynamicsConfiguration(bound: .fixed(0.3))),
        Choice(dynamics: DynamicsConfiguration(timeScale: 3, bound: .learned(initial: 0.5))),
        Choice(dynamics: DynamicsConfiguration(controls: [.hold, .linear])),
        Choice(
            encoder: .attention(referencePoints: 3, heads: 1, embedding: 4, span: 2),
            dynamics: DynamicsConfiguration(timeScale: 2, bound: .learned(initial: 1), controls: [.linear, .hold])),
    ]

    /// Series of different lengths, the second without context, with channels missing here and there.
    private static func examples(_ choice: Choice, count: Int) -> [SeriesExample] {
        (0..<count).map { series in
            let random = CounterRandom(seed: 21, stream: UInt64(series))
            let length = 1 + series % 5
            var values: [Float] = []
            var mask: [Float] = []
            for index in 0..<2 * length {
                let isObserved = index == 0 || random.uniform(UInt64(100 + index)) < 0.7
                mask.append(isObserved ? 1 : 0)
                values.append(isObserved ? Float(random.normal(UInt64(index))) : 0)
            }
            let controls = choice.dynamics.controls.indices.map { input in
                // The last series knows nothing of its second input.
                let knots = series == count - 1 && input == 1 ? 0 : 1 + (series + input) % 4
                var channel = ControlPath.Channel(times: [], values: [])
                for knot in 0..<knots {
                    channel.times.append(-0.3 + 0.6 * Double(knot) + 0.3 * random.uniform(UInt64(300 + knot)))
                    // Every corner is sharp: step sizes that feel their way round a flat one are noise to the
                    // differences.
                    let height = 0.5 + random.uniform(UInt64(400 + 10 * input + knot))
                    channel.values.append(Float(knot % 2 == 0 ? height : -height))
                }
                return channel
            }
            let targets = ObservedSeries(
                times: (0..<length).map { 0.4 * Double($0) + 0.3 * random.uniform(UInt64(200 + $0)) },
                values: values, mask: mask, covariates: [0.5], controls: ControlPath(channels: controls))
            return SeriesExample(
                context: targets.filtered { series == 1 ? false : $0 % 2 == 0 }, targets: targets,
                identity: UInt64(series))
        }
    }

    private func bound(
        _ values: [Double], _ examples: [SeriesExample], gradient: inout [Double], model: LatentODE, threads: Int = 1
    ) throws -> Double {
        let parameters = ParameterVector<Double>(layout: model.layout)
        parameters.values = values
        let result = try model.gradient(
            of: examples, objective: Objective(sampleCount: 2, klWeight: 0.7), seed: 5, epoch: 3,
            parameters: parameters, into: &gradient,
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads))
        #expect(result.unfinishedTrajectories == 0)
        return result.loss
    }

    @Test(arguments: choices)
    func `the gradient of the loss is that by finite differences in every parameter`(_ choice: Choice) throws {
        let model = choice.model
        let examples = Self.examples(choice, count: 6)
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var gradient = [Double](repeating: .nan, count: start.count)
        _ = try bound(start, examples, gradient: &gradient, model: model)
        var scratch = gradient
        let expected = try FiniteDifferences.gradient(at: start) {
            try bound($0, examples, gradient: &scratch, model: model)
        }
        // The solver's tolerance of 1e-9 over a step of 1e-5 leaves noise of some 1e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-5)
    }

    @Test(arguments: choices)
    func `any number of threads gives the same bits`(_ choice: Choice) throws {
        let model = choice.model
        let examples = Self.examples(choice, count: 40)
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var one = [Double](repeating: 0, count: start.count)
        var three = one
        let first = try bound(start, examples, gradient: &one, model: model, threads: 1)
        let second = try bound(start, examples, gradient: &three, model: model, threads: 3)
        #expect(first == second)
        #expect(one == three)
    }

    @Test(arguments: choices)
    func `a configuration survives JSON`(_ choice: Choice) throws {
        let configuration = choice.model.configuration
        let json = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(LatentODE.Configuration.self, from: json) == configuration)
    }

    @Test func `a configuration written before there were choices still loads`() throws {
        let json = """
            {"channels":2,"latentDimension":3,"encoderHidden":5,"encoderTransition":{"none":{}},"dynamicsHidden":[6],
            "decoderHidden":[4],"covariates":1,"relativeTolerance":0.001,"absoluteTolerance":0.0001,"maxSteps":100}
            """
        let configuration = try JSONDecoder().decode(LatentODE.Configuration.self, from: Data(json.utf8))
        #expect(configuration.encoder == .recurrent)
        #expect(configuration.dynamics == DynamicsConfiguration())
        let names = LatentODE(configuration).layout.slices.map(\.name).filter { $0.hasPrefix("dynamics") }
        #expect(names == ["dynamics.0.weights", "dynamics.0.bias", "dynamics.1.weights", "dynamics.1.bias"])
    }
}
