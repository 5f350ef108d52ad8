internal import Foundation

extension PredictiveDistribution {
    /// The continuous ranked probability score of an observed value, ∫ (F(y) − 1{y ≥ value})² dy, in the value's units;
    /// less is better, and for a distribution that is certain it is the absolute error.
    ///
    /// Mixtures of Gaussians by the closed form of E. P. Grimit, T. Gneiting, V. J. Berrocal, N. A. Johnson, "The
    /// continuous ranked probability score for circular variables and its application to mesoscale forecast ensemble
    /// verification", Q. J. R. Meteorol. Soc. 132, 2006, doi:10.1256/qj.05.235; counts and binary values by sums over
    /// whole numbers; the rest by quadrature, to 10⁻⁶ of the spread.
    public func continuousRankedProbabilityScore(_ value: Double) -> Double {
        guard isDefined else { return .nan }
        switch components {
        case .gaussian(let means, let deviations) where stretch == nil:
            return Self.gaussianScore(value, means: means, deviations: deviations)
        case .gaussian, .studentT: return quadratureScore(value)
        case .poisson, .negativeBinomial: return components.countScore(value)
        case .bernoulli:
            // Outside [0, 1] the distance to it is added.
            let outside = max(-value, value - 1, 0)
            let nearest = min(max(value, 0), 1)
            let one = components.mean
            return outside + nearest * (1 - one) * (1 - one) + (1 - nearest) * one * one
        }
    }

    private static func gaussianScore(_ value: Double, means: [Double], deviations: [Double]) -> Double {
        let table = StandardNormal.table
        // E|X| of a Gaussian with mean m and deviation d.
        func absolute(_ m: Double, _ d: Double) -> Double {
            let z = m / d
            let standard = table.lookUp(z)
            return 2 * d * standard.density + m * (2 * standard.cumulative - 1)
        }
        var distance = 0.0
        var spread = 0.0
        for index in means.indices {
            let variance = deviations[index] * deviations[index]
            distance += absolute(value - means[index], deviations[index])
            // Of two draws of one component: 2 d / √π.
            spread += 1.128_379_167_095_512_6 * deviations[index]
            for other in 0..<index {
                spread +=
                    2
                    * absolute(
                        means[index] - means[other], (variance + deviations[other] * deviations[other]).squareRoot())
            }
        }
        let count = Double(means.count)
        return distance / count - 0.5 * spread / (count * count)
    }

    /// Over the unstretched value s, with y = T(s): Σ pieces slope ∫ (F(s) − 1{s ≥ T⁻¹(value)})² ds.
    private func quadratureScore(_ value: Double) -> Double {
        let unit = components.spread
        let centre = components.mean
        let turn = stretch?.inverse(value) ?? value
        // s = centre + unit · sinh v takes heavy tails in; beyond the ends the integrand is below 10⁻¹⁵ of its height
        // for Gaussians, and for Student's t the power law of F² goes on for as long as it matters.
        var reach = asinh(12.0)
        if case .studentT(_, _, let shape) = components {
            reach = min(16 / max(2 * shape.degreesOfFreedom - 1, 0.1) + 4, 300)
        }
        let turnPoint = asinh((turn - centre) / unit)
        let knots = (stretch?.map.knots ?? []).map { asinh($0) }
        var points = knots.map { -$0 } + knots + [turnPoint, -reach, reach]
        points.append(min(turnPoint, -reach))
        points.append(max(turnPoint, reach))
        points.sort()
        var sum = 0.0
        for (low, high) in zip(points, points.dropFirst()) where high > low {
            let middle = 0.5 * (low + high)
            let slope = stretch?.map.slope(sinh(middle)) ?? 1
            let isAbove = middle > turnPoint
            sum +=
                slope
                * AdaptiveQuadrature.integral(from: low, to: high, tolerance: 1e-7) { v in
                    let cumulative = components.averages(at: centre + unit * sinh(v)).cumulative
                    let difference = isAbove ? 1 - cumulative : cumulative
                    return difference * difference * cosh(v)
                }
        }
        return unit * sum
    }
}
