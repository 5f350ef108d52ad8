import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct LatentODEGradientTests {
    private static func model(
        _ transition: HiddenTransition = .none, order: ReadingOrder = .latestFirst
    ) -> LatentODE {
        var configuration = LatentODE.Configuration(
            channels: 2, latentDimension: 3, encoderHidden: 5, encoderTransition: transition, dynamicsHidden: [6],
            decoderHidden: [4], covariates: 2,
            // Tight enough that step sizes, constants to the gradient, make no difference that a finite step sees.
            relativeTolerance: 1e-9, absoluteTolerance: 1e-11, maxSteps: 10_000)
        configuration.encoderOrder = order
        return LatentODE(configuration)
    }

    /// Series of different lengths, one without context, with channels missing here and there.
    private static func examples(count: Int) -> [SeriesExample] {
        (0..<count).map { series in
            let random = CounterRandom(seed: 20, stream: UInt64(series))
            let length = 2 + series % 4
            var values: [Float] = []
            var mask: [Float] = []
            for index in 0..<2 * length {
                let isObserved = random.uniform(UInt64(100 + index)) < 0.7
                mask.append(isObserved ? 1 : 0)
                values.append(isObserved ? Float(random.normal(UInt64(index))) : 0)
            }
            let targets = ObservedSeries(
                times: (0..<length).map { 0.4 * Double($0) + 0.3 * random.uniform(UInt64(200 + $0)) },
                values: values, mask: mask, covariates: [0.5, -1])
            return SeriesExample(
                context: targets.filtered { series == 1 ? false : $0 % 2 == 0 }, targets: targets,
                identity: UInt64(series))
        }
    }

    private func bound(
        _ values: [Double], _ examples: [SeriesExample], gradient: inout [Double], model: LatentODE = model(),
        objective: Objective = Objective(sampleCount: 2, klWeight: 0.7), threads: Int = 1
    ) throws -> Double {
        let parameters = ParameterVector<Double>(layout: model.layout)
        parameters.values = values
        let result = try model.gradient(
            of: examples, objective: objective, seed: 5, epoch: 3, parameters: parameters, into: &gradient,
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads))
        #expect(result.unfinishedTrajectories == 0)
        return result.loss
    }

    @Test(arguments: [HiddenTransition.none, .decay, .ode(steps: 1), .ode(steps: 3)], ReadingOrder.allCases)
    func `the gradient of the loss is that by finite differences in every parameter`(
        transition: HiddenTransition, order: ReadingOrder
    ) throws {
        let model = Self.model(transition, order: order)
        var examples = Self.examples(count: 5)
        if order == .earliestFirst {
            // Before the origin, so that the last gap counts.
            for index in examples.indices {
                examples[index].context.times = examples[index].context.times.map { $0 - 3 }
            }
        }
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var gradient = [Double](repeating: .nan, count: start.count)
        _ = try bound(start, examples, gradient: &gradient, model: model)
        var scratch = gradient
        let expected = try FiniteDifferences.gradient(at: start) {
            try bound($0, examples, gradient: &scratch, model: model)
        }
        // The solver's tolerance of 1e-9 over a step of 1e-5 leaves noise of some 1e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-5)
        for slice in model.layout.slices where !slice.name.hasPrefix("encoder") {
            let range = slice.offset..<slice.offset + slice.count
            #expect(gradient[range].contains { $0 != 0 }, "\(slice.name) takes no part")
        }
    }

    /// Turning time round turns the order of reading round; the time itself is an input and is left out of it.
    @Test(arguments: [HiddenTransition.none, .decay, .ode(steps: 2)])
    func `reading forwards to an origin mirrors reading backwards from it`(transition: HiddenTransition) throws {
        let backwards = Self.model(transition)
        let parameters = ParameterVector<Float>(layout: backwards.layout, seed: 6)
        for name in ["encoder.gru.inputGates", "encoder.gru.inputCandidate"] {
            let slice = try #require(backwards.layout.slices.first { $0.name == name })
            // Row 2C + 1 reads the time.
            let width = slice.shape[1]
            for column in 0..<width { parameters.pointer[slice.offset + 5 * width + column] = 0 }
        }
        let series = Self.examples(count: 6).map(\.targets)
        let mirrored = series.map { one in
            let indices = one.times.indices.reversed()
            return ObservedSeries(
                times: indices.map { -one.times[$0] }, values: indices.flatMap { one.values[2 * $0..<2 * $0 + 2] },
                mask: indices.flatMap { one.mask[2 * $0..<2 * $0 + 2] }, covariates: one.covariates)
        }
        func means(_ model: LatentODE, _ series: [ObservedSeries]) -> [Float] {
            model.posterior(
                of: series, parameters: parameters, kernels: Kernels(.best), pool: ThreadPool(threadCount: 1)
            ).means
        }
        let forwards = Self.model(transition, order: .earliestFirst)
        #expect(means(forwards, mirrored) == means(backwards, series))
        #expect(means(forwards, series) != means(backwards, series))
    }

    @Test func `any number of threads gives the same bits`() throws {
        let model = Self.model()
        let examples = Self.examples(count: 40)
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var one = [Double](repeating: 0, count: start.count)
        var three = one
        let first = try bound(start, examples, gradient: &one, threads: 1)
        let second = try bound(start, examples, gradient: &three, threads: 3)
        #expect(first == second)
        #expect(one == three)
    }

    @Test func `a value that was not observed changes nothing`() throws {
        let model = Self.model()
        var examples = Self.examples(count: 4)
        let start = ParameterVector<Double>(layout: model.layout, seed: 2).values
        var before = [Double](repeating: 0, count: start.count)
        var after = before
        let first = try bound(start, examples, gradient: &before)
        for series in examples.indices {
            for index in examples[series].targets.values.indices where examples[series].targets.mask[index] == 0 {
                examples[series].targets.values[index] = 1e6
            }
        }
        #expect(try bound(start, examples, gradient: &after) == first)
        #expect(before == after)
    }
}
