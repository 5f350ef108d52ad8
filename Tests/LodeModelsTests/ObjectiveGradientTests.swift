import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

/// Gradients of everything that a loss may count, by finite differences.
@Suite struct ObjectiveGradientTests {
    /// A choice of the model and of what is trained.
    struct Choice: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var families: [ObservationFamily] = [.gaussian, .gaussian]
        var noise = NoiseModel.channel
        var intensity: IntensityConfiguration?
        var head: HeadConfiguration?
        var isImportanceWeighted = false
        var posteriorFlow: PosteriorFlowConfiguration?

        static let all = [
            Choice(testDescription: "Student-t", families: [.studentT, .gaussian]),
            Choice(testDescription: "counts", families: [.poisson(base: 2), .negativeBinomial(base: 3)]),
            Choice(testDescription: "binary", families: [.bernoulli(logit: 0.4), .gaussian]),
            Choice(testDescription: "noise at each point", noise: .point),
            Choice(
                testDescription: "dispersion at each point", families: [.negativeBinomial(base: 3), .studentT],
                noise: .point),
            Choice(testDescription: "intensity", intensity: IntensityConfiguration(hidden: [4], base: 1.5)),
            Choice(
                testDescription: "probability of an outcome",
                head: HeadConfiguration(target: .probability, source: .initialState, hidden: [3])),
            Choice(
                testDescription: "value along the trajectory",
                head: HeadConfiguration(target: .value, source: .trajectory, hidden: [3])),
            Choice(testDescription: "importance weights", isImportanceWeighted: true),
            Choice(
                testDescription: "posterior's flow", posteriorFlow: PosteriorFlowConfiguration(units: 3, hidden: [4])),
            Choice(
                testDescription: "posterior's flow, importance weights", isImportanceWeighted: true,
                posteriorFlow: PosteriorFlowConfiguration(units: 3, hidden: [4])),
            Choice(
                testDescription: "everything", families: [.studentT, .bernoulli(logit: 0)], noise: .point,
                intensity: IntensityConfiguration(hidden: [4], base: 1.5),
                head: HeadConfiguration(target: .probability, source: .trajectory, hidden: []),
                isImportanceWeighted: true, posteriorFlow: PosteriorFlowConfiguration(units: 2, hidden: [])),
        ]

        var model: LatentODE {
            var configuration = LatentODE.Configuration(
                channels: 2, latentDimension: 3, encoderHidden: 4, dynamicsHidden: [5], decoderHidden: [4],
                covariates: 0, relativeTolerance: 1e-9, absoluteTolerance: 1e-11, maxSteps: 10_000)
            configuration.families = families
            configuration.noise = noise
            configuration.intensity = intensity
            configuration.head = head
            configuration.posteriorFlow = posteriorFlow
            return LatentODE(configuration)
        }

        var objective: Objective {
            var objective = Objective(sampleCount: 3, klWeight: 0.6)
            objective.isImportanceWeighted = isImportanceWeighted
            objective.intensityWeight = 0.8
            objective.headWeight = 2
            return objective
        }
    }

    /// Series with counts and zeros and ones where a channel's family asks for them.
    private static func examples(_ choice: Choice) -> [SeriesExample] {
        (0..<5).map { series in
            let random = CounterRandom(seed: 21, stream: UInt64(series))
            let length = 2 + series % 3
            var values: [Float] = []
            for index in 0..<2 * length {
                let normal = random.normal(UInt64(index))
                switch choice.families[index % 2] {
                case .gaussian, .studentT: values.append(Float(normal))
                case .poisson, .negativeBinomial: values.append(Float((2 * abs(normal)).rounded()))
                case .bernoulli: values.append(normal > 0 ? 1 : 0)
                }
            }
            let mask = (0..<2 * length).map { random.uniform(UInt64(100 + $0)) < 0.8 ? Float(1) : 0 }
            let times: [Double] = (0..<length).map { index in
                let jitter = 0.3 * random.uniform(UInt64(200 + index))
                return 0.1 + 0.4 * Double(index) + jitter
            }
            let targets = ObservedSeries(times: times, values: values, mask: mask)
            var example = SeriesExample(
                // One has the prior.
                context: targets.filtered { series != 4 && $0 % 2 == 0 }, targets: targets, identity: UInt64(series))
            example.events = EventTimes(times: times, window: 0...(times[length - 1] + 0.2))
            example.label = series == 2 ? nil : Double(series % 2)
            return example
        }
    }

    private func loss(
        _ values: [Double], _ choice: Choice, gradient: inout [Double], threads: Int = 1
    ) throws -> Double {
        let model = choice.model
        let parameters = ParameterVector<Double>(layout: model.layout)
        parameters.values = values
        return try model.gradient(
            of: Self.examples(choice), objective: choice.objective, seed: 5, epoch: 3, parameters: parameters,
            into: &gradient, kernels: Kernels(.best), pool: ThreadPool(threadCount: threads)
        ).loss
    }

    @Test(arguments: Choice.all)
    func `the gradient of the loss is that by finite differences in every parameter`(choice: Choice) throws {
        let start = ParameterVector<Double>(layout: choice.model.layout, seed: 4).values
        var gradient = [Double](repeating: .nan, count: start.count)
        _ = try loss(start, choice, gradient: &gradient)
        var scratch = gradient
        let expected = try FiniteDifferences.gradient(at: start) { try loss($0, choice, gradient: &scratch) }
        // The solver's tolerance of 1e-9 over a step of 1e-5 leaves noise of some 1e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-5)
        for slice in choice.model.layout.slices
        where ["head", "intensity", "flow"].contains(where: slice.name.hasPrefix) {
            let range = slice.offset..<slice.offset + slice.count
            #expect(gradient[range].contains { $0 != 0 }, "\(slice.name) takes no part")
        }
    }

    @Test func `any number of threads gives the same bits`() throws {
        let choice = Choice.all[Choice.all.count - 1]
        let start = ParameterVector<Double>(layout: choice.model.layout, seed: 4).values
        var one = [Double](repeating: 0, count: start.count)
        var three = one
        let first = try loss(start, choice, gradient: &one, threads: 1)
        #expect(try loss(start, choice, gradient: &three, threads: 3) == first)
        #expect(one == three)
    }

    @Test func `one number for the noise of all channels has the mean of their gradients`() throws {
        let own = Choice(testDescription: "", families: [.gaussian, .gaussian])
        let common = Choice(testDescription: "", families: [.gaussian, .gaussian], noise: .common)
        let start = ParameterVector<Double>(layout: own.model.layout, seed: 4).values
        var apart = [Double](repeating: 0, count: start.count)
        var together = apart
        #expect(try loss(start, own, gradient: &apart) == loss(start, common, gradient: &together))
        let noise = try #require(own.model.layout.slices.first { $0.name == "noise.log" }).offset
        #expect(apart[noise] != apart[noise + 1])
        let mean = 0.5 * (apart[noise] + apart[noise + 1])
        for index in apart.indices {
            #expect(together[index] == (index == noise || index == noise + 1 ? mean : apart[index]))
        }
    }

    /// From the samples themselves: log (1/S) Σₛ p(x | zₛ) p(zₛ) / q(zₛ | x), equation 8 of Burda and others, 2016.
    @Test func `the importance-weighted bound is the logarithm of the mean of the weights`() throws {
        let choice = Choice(testDescription: "")
        let model = choice.model
        let (kernels, pool) = (Kernels<Float>(.best), ThreadPool(threadCount: 1))
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 4)
        let examples = Self.examples(choice)
        let samples = 7
        var objective = Objective(sampleCount: samples, klWeight: 1)
        objective.isImportanceWeighted = true
        var gradient = [Float](repeating: 0, count: model.layout.count)
        // The last epoch is the one whose samples predictions draw.
        let bound = try model.gradient(
            of: examples, objective: objective, seed: 5, epoch: .max, parameters: parameters, into: &gradient,
            kernels: kernels, pool: pool)

        let contexts = examples.map(\.context)
        let identities = examples.map(\.identity)
        let posterior = model.posterior(of: contexts, parameters: parameters, kernels: kernels, pool: pool)
        let states = posterior.samples(samples, identities: identities, seed: 5, epoch: .max)
        let decoded = try model.trajectories(
            of: contexts, times: examples.map(\.targets.times), sampleCount: samples, identities: identities, seed: 5,
            parameters: parameters, kernels: kernels, pool: pool)
        let scales = model.noise(parameters).map(\.scale)
        var evidence = 0.0
        for (series, example) in examples.enumerated() {
            let weights = (0..<samples).map { sample in
                var logWeight = 0.0
                for component in 0..<3 {
                    let z = Double(states[(series * samples + sample) * 3 + component])
                    let mean = Double(posterior.means[series * 3 + component])
                    let logVariance = Double(posterior.logVariances[series * 3 + component])
                    logWeight += 0.5 * (logVariance + (z - mean) * (z - mean) / exp(logVariance) - z * z)
                }
                let count = example.targets.values.count
                for index in 0..<count where example.targets.mask[index] != 0 {
                    let scale = scales[index % 2]
                    let error = Double(example.targets.values[index] - decoded[series].means[sample * count + index])
                    logWeight -= 0.5 * error * error / (scale * scale) + log(scale) + 0.5 * log(2 * .pi)
                }
                return logWeight
            }
            let largest = weights.max() ?? 0
            evidence += largest + log(weights.reduce(0) { $0 + exp($1 - largest) } / Double(samples))
        }
        // Single precision leaves some 1e-6 of each value.
        #expect(abs(bound.loss * Double(bound.observedCount) + evidence) < 1e-5 * abs(evidence))
    }

    @Test(arguments: [false, true])
    func `a series whose trajectories are given up counts for nothing`(isImportanceWeighted: Bool) throws {
        let choice = Choice(testDescription: "")
        var configuration = choice.model.configuration
        configuration.maxSteps = 20
        let model = LatentODE(configuration)
        let parameters = ParameterVector<Double>(layout: model.layout, seed: 4)
        func example(_ end: Double, identity: UInt64) -> SeriesExample {
            let observed = ObservedSeries(times: [0, end], values: [0.3, 1, -0.2, 0.5], mask: [1, 1, 1, 1])
            return SeriesExample(context: observed, targets: observed, identity: identity)
        }
        var objective = Objective(sampleCount: 3, klWeight: 0)
        objective.isImportanceWeighted = isImportanceWeighted
        func bound(_ examples: [SeriesExample]) throws -> (EvidenceLowerBound, [Double]) {
            var gradient = [Double](repeating: .nan, count: model.layout.count)
            let bound = try model.gradient(
                of: examples, objective: objective, seed: 5, epoch: 3, parameters: parameters, into: &gradient,
                kernels: Kernels(.best), pool: ThreadPool(threadCount: 1))
            return (bound, gradient)
        }
        let (alone, aloneGradient) = try bound([example(0.1, identity: 0)])
        let (both, bothGradient) = try bound([example(0.1, identity: 0), example(1_000, identity: 1)])
        #expect(alone.unfinishedTrajectories == 0 && both.unfinishedTrajectories == 3)
        // Twice as many values share the same loss.
        #expect(abs(2 * both.loss - alone.loss) < 1e-12 * abs(alone.loss))
        #expect(
            FiniteDifferences.relativeDifference(bothGradient.map { 2 * $0 }, aloneGradient) < 1e-9)
    }

    @Test func `more samples tighten the bound`() throws {
        let choice = Choice(testDescription: "")
        let model = choice.model
        let parameters = ParameterVector<Double>(layout: model.layout, seed: 4)
        var gradient = [Double](repeating: 0, count: model.layout.count)
        func loss(_ weighted: Bool, samples: Int) throws -> Double {
            var objective = Objective(sampleCount: samples, klWeight: 1)
            objective.isImportanceWeighted = weighted
            return try model.gradient(
                of: Self.examples(choice), objective: objective, seed: 5, epoch: 3, parameters: parameters,
                into: &gradient, kernels: Kernels(.best), pool: ThreadPool(threadCount: 1)
            ).loss
        }
        // Burda et al. 2016, theorem 1.
        #expect(try loss(true, samples: 2_000) < loss(false, samples: 2_000))
    }
}
