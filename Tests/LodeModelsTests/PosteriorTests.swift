import LodeModels
import LodeNetworks
import LodeNumerics
import Testing

@Suite struct PosteriorTests {
    private static func series(_ number: UInt64, times: Int) -> ObservedSeries {
        let random = CounterRandom(seed: 71, stream: number)
        return ObservedSeries(
            times: (0..<times).map { Double($0) + 0.5 * random.uniform(UInt64($0)) },
            values: (0..<2 * times).map { Float(random.normal(UInt64(100 + $0))) },
            mask: (0..<2 * times).map { random.uniform(UInt64(500 + $0)) < 0.7 ? 1 : 0 }, covariates: [])
    }

    @Test(arguments: InstructionSet.supported, [HiddenTransition.none, .decay, .ode(steps: 2)])
    func `one series has the posterior, bit for bit, that it has among others`(
        _ instructionSet: InstructionSet, _ transition: HiddenTransition
    ) {
        // 21 hidden units leave a tail in every vector.
        var configuration = LatentODE.Configuration(
            channels: 2, latentDimension: 3, encoderHidden: 21, dynamicsHidden: [6], decoderHidden: [4], covariates: 0,
            relativeTolerance: 1e-3, absoluteTolerance: 1e-4, maxSteps: 1_000)
        configuration.encoderTransition = transition
        let model = LatentODE(configuration)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 5)
        let kernels = Kernels<Float>(instructionSet)
        let pool = ThreadPool(threadCount: 1)
        let all = [Self.series(1, times: 9), Self.series(2, times: 4), Self.series(3, times: 1)]
        let together = model.posterior(of: all, parameters: parameters, kernels: kernels, pool: pool)
        for (index, one) in all.enumerated() {
            let alone = model.posterior(of: [one], parameters: parameters, kernels: kernels, pool: pool)
            #expect(alone.means == Array(together.means[3 * index..<3 * (index + 1)]))
            #expect(alone.logVariances == Array(together.logVariances[3 * index..<3 * (index + 1)]))
        }
    }
}
