import LodeModels
import LodeTestSupport
import Testing

/// Likelihoods of single values; reference values from scipy by `scripts/references/observation-families.py`.
@Suite struct ObservationNoiseTests {
    struct Reference: Sendable {
        var family: ObservationFamily
        var value: Double
        var output: Double
        var negativeLogLikelihood: Double
    }

    private static let references = [
        Reference(family: .gaussian, value: 1.3, output: 0.4, negativeLogLikelihood: 1.5198279733985973),
        Reference(family: .studentT, value: 1.3, output: 0.4, negativeLogLikelihood: 1.5665416778534447),
        Reference(family: .poisson(base: 2), value: 5, output: 0.3, negativeLogLikelihood: 2.521473455134325),
        Reference(
            family: .negativeBinomial(base: 3), value: 4, output: 0.2, negativeLogLikelihood: 2.288372573192661),
        Reference(family: .bernoulli(logit: 0.4), value: 1, output: 0.5, negativeLogLikelihood: 0.3411538747320879),
    ]

    @Test(arguments: references)
    func `a likelihood is that of scipy`(reference: Reference) {
        let noise = ObservationNoise(reference.family, scaleParameter: -0.5, freedomParameter: 1)
        let term = noise.term(value: reference.value, output: reference.output)
        #expect(abs(term.value - reference.negativeLogLikelihood) < 1e-12)
    }

    @Test(arguments: references)
    func `slopes are those by finite differences`(reference: Reference) {
        func value(_ point: [Double]) -> Double {
            ObservationNoise(reference.family, scaleParameter: point[1], freedomParameter: point[2])
                .term(value: reference.value, output: point[0]).value
        }
        let point = [reference.output, -0.5, 1]
        let term = ObservationNoise(reference.family, scaleParameter: point[1], freedomParameter: point[2])
            .term(value: reference.value, output: point[0])
        let expected = FiniteDifferences.gradient(at: point, of: value)
        let slopes = [term.outputSlope, term.scaleSlope, term.freedomSlope]
        #expect(FiniteDifferences.relativeDifference(slopes, expected) < 1e-8)
    }

    /// Parameters beyond what is useful change nothing, and nothing pulls at them.
    @Test(arguments: [
        (ObservationFamily.studentT, -0.5, 11.0), (.negativeBinomial(base: 3), -13, 1),
        (.negativeBinomial(base: 3), 7, 1),
    ])
    func `slopes are zero beyond the limits of a parameter`(
        family: ObservationFamily, scaleParameter: Double, freedomParameter: Double
    ) {
        func value(_ point: [Double]) -> Double {
            ObservationNoise(family, scaleParameter: point[1], freedomParameter: point[2])
                .term(value: 4, output: point[0]).value
        }
        let point = [0.4, scaleParameter, freedomParameter]
        let term = ObservationNoise(family, scaleParameter: scaleParameter, freedomParameter: freedomParameter)
            .term(value: 4, output: 0.4)
        let slopes = [term.outputSlope, term.scaleSlope, term.freedomSlope]
        let expected = FiniteDifferences.gradient(at: point, of: value)
        #expect(expected.contains(0) && slopes.contains(0))
        for (slope, expected) in zip(slopes, expected) { #expect((slope == 0) == (expected == 0)) }
        // log Γ of 163 000, the inverse of the least dispersion, is 1.8e6: its last bit leaves 1.3e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(slopes, expected) < 1e-5)
    }

    @Test(arguments: [
        (0.1, -10.423754940411076), (1.0, -0.5772156649015329), (3.7, 1.1671535393615113), (50.0, 3.9019896734278925),
    ])
    func `digamma is that of scipy`(argument: Double, expected: Double) {
        #expect(abs(digamma(argument) - expected) < 1e-13 * max(1, abs(expected)))
    }
}
