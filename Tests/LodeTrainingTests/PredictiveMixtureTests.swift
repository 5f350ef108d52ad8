import LodeNumerics
import LodeTraining
import Testing

@Suite struct PredictiveMixtureTests {
    /// scipy.stats.norm.ppf, SciPy 1.17.1.
    @Test(arguments: [
        (0.001, -3.090232306167813), (0.1, -1.2815515655446004), (0.5, 0.0), (0.8, 0.8416212335729143),
        (0.975, 1.959963984540054), (0.999999, 4.753424308817087),
    ])
    func `one component has the quantiles of the normal distribution`(probability: Double, expected: Double) {
        let mixture = PredictiveMixture(means: [3], componentDeviation: 2)
        #expect(abs(mixture.quantile(probability) - (3 + 2 * expected)) < 2e-7)
    }

    @Test func `a quantile's cumulative probability is what was asked for`() {
        for seed in 0..<200 {
            let random = CounterRandom(seed: 6, stream: UInt64(seed))
            let spread = [1e-6, 1, 1e3][seed % 3]
            let mixture = PredictiveMixture(
                means: (0..<1 + seed % 40).map { spread * random.normal(UInt64($0)) },
                componentDeviation: 0.01 + random.uniform(1000))
            for probability in [0.01, 0.1, 0.37, 0.5, 0.9, 0.999] {
                #expect(
                    abs(mixture.cumulative(mixture.quantile(probability)) - probability) < 1e-7,
                    "seed \(seed), probability \(probability)")
            }
        }
    }

    @Test func `mean, deviation and density are those of the components`() {
        let mixture = PredictiveMixture(means: [-1, 1], componentDeviation: 1)
        #expect(mixture.mean == 0)
        #expect(abs(mixture.standardDeviation - 2.0.squareRoot()) < 1e-15)
        // log of the standard normal density at 1.
        #expect(abs(mixture.logDensity(0) - (-1.4189385332046727)) < 1e-14)
    }

    @Test func `widening stretches quantiles about the mean`() {
        let mixture = PredictiveMixture(means: [0, 1, 5], componentDeviation: 0.5)
        let wide = mixture.widened(by: 3)
        for probability in [0.05, 0.5, 0.8] {
            let expected = mixture.mean + 3 * (mixture.quantile(probability) - mixture.mean)
            #expect(abs(wide.quantile(probability) - expected) < 1e-6)
        }
    }
}
