import Foundation
import LodeNumerics
import LodeTraining
import Testing

extension DistributionReference: CustomTestStringConvertible {
    var testDescription: String { name }
}

@Suite struct PredictiveDistributionTests {
    private static let scaled = DistributionReference.all.filter { $0.distribution.isLocationScale }

    /// F comes from tables good to 1e-9 and, for large counts, from an expansion good to 1e-7.
    @Test(arguments: DistributionReference.all)
    func `probabilities, densities and moments agree with SciPy`(reference: DistributionReference) {
        let distribution = reference.distribution
        func isClose(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
            abs(value - expected) <= tolerance * max(1, abs(expected))
        }
        #expect(isClose(distribution.mean, reference.mean, 1e-13))
        #expect(isClose(distribution.standardDeviation, reference.standardDeviation, 1e-13))
        for value in reference.values {
            #expect(isClose(distribution.cumulative(value.value), value.cumulative, 2e-8), "\(value)")
            // lgamma of 250 000 is 2.8e6: its last bit is 5e-10.
            #expect(isClose(distribution.logDensity(value.value), value.logDensity, 2e-9), "\(value)")
        }
    }

    @Test(arguments: DistributionReference.all)
    func `quantiles agree with SciPy`(reference: DistributionReference) {
        let quantiles = reference.distribution.quantiles(DistributionReference.probabilities)
        for (quantile, expected) in zip(quantiles, reference.quantiles) {
            let tolerance = reference.distribution.isLocationScale ? 1e-6 * max(1, abs(expected)) : 0
            #expect(abs(quantile - expected) <= tolerance)
        }
    }

    @Test(arguments: DistributionReference.all)
    func `the ranked probability score agrees with SciPy`(reference: DistributionReference) {
        for value in reference.values {
            let score = reference.distribution.continuousRankedProbabilityScore(value.value)
            // Quadrature stops at 1e-7 of the spread; F of a large rate is good to 1e-7, summed over thousands of counts.
            #expect(abs(score - value.score) <= 2e-6 * max(reference.standardDeviation, value.score), "\(value)")
        }
    }

    @Test(arguments: DistributionReference.all, [0.5, 0.8, 0.95])
    func `a band covers exactly what lies between its quantiles`(reference: DistributionReference, level: Double) {
        let distribution = reference.distribution
        let ends = distribution.quantiles([0.5 - 0.5 * level, 0.5 + 0.5 * level])
        for step in -20...120 {
            var value = ends[0] + (ends[1] - ends[0]) * Double(step) / 100
            if !distribution.isLocationScale { value = value.rounded() }
            // At the very ends a quantile is good to 1e-7 only.
            if distribution.isLocationScale, step == 0 || step == 100 { continue }
            #expect(distribution.covers(value, level: level) == (ends[0] <= value && value <= ends[1]), "\(value)")
        }
    }

    @Test func `a quantile's cumulative probability is what was asked for`() {
        let shape = StandardStudentT(degreesOfFreedom: 3.7)
        for seed in 0..<200 {
            let random = CounterRandom(seed: 6, stream: UInt64(seed))
            let spread = [1e-6, 1, 1e3][seed % 3]
            let count = 1 + seed % 40
            let locations = (0..<count).map { spread * random.normal(UInt64($0)) }
            let scales = (0..<count).map { 0.01 + 10 * random.uniform(UInt64(1000 + $0)) }
            let distribution: PredictiveDistribution =
                seed % 2 == 0
                ? .gaussian(means: locations, deviations: scales)
                : .studentT(locations: locations, scales: scales, shape: shape)
            for probability in [0.01, 0.1, 0.37, 0.5, 0.9, 0.999] {
                #expect(
                    abs(distribution.cumulative(distribution.quantile(probability)) - probability) < 1e-7,
                    "seed \(seed), probability \(probability)")
            }
        }
    }

    @Test func `where a component is not a number no figure is and no band covers`() {
        let shape = StandardStudentT(degreesOfFreedom: 3)
        let stretch = LevelStretch(knots: [0.7, 1.3, 2], images: [1, 2, 4])
        let undefined: [PredictiveDistribution] = [
            .gaussian(means: [1, .nan], deviations: [1, 1]), .gaussian(means: [1, 2], deviations: [.nan, 1]),
            .studentT(locations: [.nan, 2], scales: [1, 1], shape: shape), .poisson(rates: [3, .nan]),
            .negativeBinomial(means: [2, 2], dispersions: [1, .nan]), .bernoulli(probabilities: [.nan]),
        ]
        for distribution in undefined + undefined.map({ $0.stretched(by: stretch) }) {
            #expect(!distribution.isDefined)
            #expect(distribution.quantile(0.3).isNaN && distribution.cumulative(1).isNaN)
            #expect(distribution.quantiles([0.1, 0.9]).allSatisfy { $0.isNaN })
            #expect(distribution.logDensity(1).isNaN && distribution.continuousRankedProbabilityScore(1).isNaN)
            #expect(distribution.mean.isNaN || distribution.standardDeviation.isNaN)
            for value in [0.0, 1, 1e9] { #expect(!distribution.covers(value, level: 0.8)) }
        }
        #expect(PredictiveDistribution.gaussian(means: [1], deviations: [1]).isDefined)
    }

    @Test func `quantiles never cross, however close their probabilities`() {
        let probabilities = (1..<10_000).map { Double($0) / 10_000 }
        for reference in DistributionReference.all where reference.name != "a large rate" {
            let quantiles = reference.distribution.quantiles(probabilities)
            #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 <= $1 }, "\(reference.name)")
        }
    }

    @Test(arguments: scaled)
    func `a uniform stretching moves every quantile from the mean by its factor`(reference: DistributionReference) {
        let distribution = reference.distribution
        let wide = distribution.stretched(by: 3)
        #expect(abs(wide.mean - distribution.mean) < 1e-12 * max(1, abs(distribution.mean)))
        for probability in [0.05, 0.5, 0.8] {
            let expected = distribution.mean + 3 * (distribution.quantile(probability) - distribution.mean)
            #expect(abs(wide.quantile(probability) - expected) < 1e-5)
        }
    }

    private static let stretch = LevelStretch(knots: [0.67, 1.28, 1.96], images: [0.4, 1.3, 2.9])

    /// Moments, quantiles and score of a stretched distribution against sums over 20 000 of its quantiles.
    @Test(arguments: scaled.filter { $0.name != "heavy Student's t" })
    func `a stretching by levels is the distribution of stretched values`(reference: DistributionReference) {
        let distribution = reference.distribution
        let stretched = distribution.stretched(by: Self.stretch)
        let count = 20_000
        let values = (0..<count).map { stretched.quantile((Double($0) + 0.5) / Double(count)) }
        let mean = values.reduce(0, +) / Double(count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
        // A sum over quantiles misses some of the tails beyond 1 in 40 000.
        #expect(abs(stretched.mean - mean) < 2e-3 * deviation)
        #expect(abs(stretched.standardDeviation / deviation - 1) < 0.02)
        for value in [mean - deviation, mean + 0.3 * deviation, mean + 4 * deviation] {
            var score = 0.0
            for (index, quantile) in values.enumerated() {
                let probability = (Double(index) + 0.5) / Double(count)
                let loss = value < quantile ? (1 - probability) * (quantile - value) : probability * (value - quantile)
                score += 2 * loss / Double(count)
            }
            #expect(abs(stretched.continuousRankedProbabilityScore(value) / score - 1) < 5e-3)
        }
        // The density is the slope of F.
        for value in [values[3_000], values[11_111], values[19_000]] {
            let step = 1e-6 * distribution.standardDeviation
            let slope = (stretched.cumulative(value + step) - stretched.cumulative(value - step)) / (2 * step)
            let density = stretched.logDensity(value)
            #expect(abs(exp(density) / slope - 1) < 1e-2 || slope < 1e-9)
        }
    }

    @Test func `counts and binary values are not stretched`() {
        for reference in DistributionReference.all where !reference.distribution.isLocationScale {
            #expect(reference.distribution.stretched(by: 2) == reference.distribution)
            #expect(reference.distribution.stretched(by: Self.stretch) == reference.distribution)
        }
    }

    @Test func `a value that counts do not have has no probability`() {
        for value in [-1, 0.5, 2.25] {
            #expect(PredictiveDistribution.poisson(rates: [2]).logDensity(value) == -.infinity)
            #expect(PredictiveDistribution.bernoulli(probabilities: [0.5]).logDensity(value) == -.infinity)
        }
    }

    @Test func `a draw lies at its deviate's quantile of its component`() {
        let mixture = PredictiveDistribution.gaussian(means: [1, 5], deviations: [0.5, 2])
        #expect(mixture.draw(component: 0, deviate: 2) == 2)
        #expect(mixture.draw(component: 1, deviate: -1) == 3)
        #expect(mixture.stretched(by: 2).draw(component: 0, deviate: 2) == 1)
        let counts = PredictiveDistribution.poisson(rates: [2, 100])
        #expect(counts.draw(component: 0, deviate: 0) == 2)
        #expect((90...110).contains(counts.draw(component: 1, deviate: 0.3)))
        let binary = PredictiveDistribution.bernoulli(probabilities: [0.9])
        #expect(binary.draw(component: 0, deviate: -2) == 0 && binary.draw(component: 0, deviate: 0) == 1)
    }

    @Test func `the tail is 1 at the median and halves with each side's share`() {
        let normal = PredictiveDistribution.gaussian(means: [3], deviations: [2])
        #expect(abs(normal.tailProbability(3) - 1) < 1e-9)
        // Two deviations out: 4.55 % (Abramowitz and Stegun, table 26.1).
        #expect(abs(normal.tailProbability(7) - 0.045_500_26) < 1e-7)
        #expect(abs(normal.tailProbability(-1) - 0.045_500_26) < 1e-7)
        #expect(PredictiveDistribution.poisson(rates: [0.01]).tailProbability(0) == 1)
    }
}
