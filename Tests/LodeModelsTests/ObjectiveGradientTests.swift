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
                testDescription: "everything", families: [.studentT, .bernoulli(logit: 0)], noise: .point,
                intensity: IntensityConfiguration(hidden: [4], base: 1.5),
                head: HeadConfiguration(target: .probability, source: .trajectory, hidden: []),
                isImportanceWeighted: true),
        ]

        var model: LatentODE {
            var configuration = LatentODE.Configuration(
                channels: 2, latentDimension: 3, encoderHidden: 4, dynamicsHidden: [5], decoderHidden: [4],
                covariates: 0, relativeTolerance: 1e-9, absoluteTolerance: 1e-11, maxSteps: 10_000)
            configuration.families = families
            configuration.noise = noise
            configuration.intensity = intensity
            configuration.head = head
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
                context: targets.filtered { $0 % 2 == 0 }, targets: targets, identity: UInt64(series))
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
        for slice in choice.model.layout.slices where ["head", "intensity"].contains(where: slice.name.hasPrefix) {
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

    @Test func `with one sample the importance-weighted bound is the plain one with log q drawn, not integrated`()
        throws
    {
        let choice = Choice(testDescription: "")
        let model = choice.model
        let parameters = ParameterVector<Double>(layout: model.layout, seed: 4)
        var gradient = [Double](repeating: 0, count: model.layout.count)
        func bound(_ weighted: Bool, samples: Int) throws -> EvidenceLowerBound {
            var objective = Objective(sampleCount: samples, klWeight: 1)
            objective.isImportanceWeighted = weighted
            return try model.gradient(
                of: Self.examples(choice), objective: objective, seed: 5, epoch: 3, parameters: parameters,
                into: &gradient, kernels: Kernels(.best), pool: ThreadPool(threadCount: 1))
        }
        // Burda et al. 2016, theorem 1: more samples tighten the bound, which begins at the plain one.
        let plain = try bound(false, samples: 2_000).loss
        let losses = try [1, 2_000].map { try bound(true, samples: $0).loss }
        #expect(losses[1] < plain)
        #expect(abs(losses[0] - plain) < 2)
    }
}
