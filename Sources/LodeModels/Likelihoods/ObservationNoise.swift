internal import Foundation

/// The likelihood of one channel's values about a decoder output, with everything computed that does not depend on
/// either.
package struct ObservationNoise: Sendable {
    /// The negative log likelihood of one value and its derivatives.
    package struct Term {
        /// In nats.
        package var value: Double
        /// With respect to the decoder's output.
        package var outputSlope: Double
        /// With respect to the scale's parameter.
        package var scaleSlope: Double
        /// With respect to the parameter of the degrees of freedom.
        package var freedomSlope: Double
    }

    private let family: ObservationFamily
    /// The standard deviation or scale; the inverse dispersion of a negative binomial.
    private var scale: Double
    private var inverseScale: Double
    private var logScale: Double
    /// The derivative of the logarithm of the scale with respect to its parameter.
    private var logScaleSlope: Double
    private let freedom: Double
    /// The derivative of the degrees of freedom with respect to their parameter.
    private let freedomParameterSlope: Double
    private let normalizer: Double
    private let normalizerSlope: Double

    /// Noise at its parameters; `freedomParameter` counts for Student-t channels only.
    package init(_ family: ObservationFamily, scaleParameter: Double, freedomParameter: Double) {
        self.family = family
        if family == .studentT {
            let freedom = Self.degreesOfFreedom(freedomParameter)
            self.freedom = freedom
            freedomParameterSlope = freedomParameter <= Self.freedomLimit ? freedom - 2 : 0
            normalizer = lgamma(0.5 * freedom) - lgamma(0.5 * (freedom + 1)) + 0.5 * log(freedom * .pi)
            normalizerSlope = 0.5 * (digamma(0.5 * freedom) - digamma(0.5 * (freedom + 1)) + 1 / freedom)
        } else {
            freedom = 0
            freedomParameterSlope = 0
            normalizer = 0.918_938_533_204_672_74  // log √(2π)
            normalizerSlope = 0
        }
        (scale, logScale, logScaleSlope) = Self.scale(family, parameter: scaleParameter)
        inverseScale = 1 / scale
    }

    /// The same noise at another scale, as one that is decoded at each point needs it; what depends on the degrees of freedom
    /// is kept.
    package func scaled(parameter: Double) -> ObservationNoise {
        var result = self
        (result.scale, result.logScale, result.logScaleSlope) = Self.scale(family, parameter: parameter)
        result.inverseScale = 1 / result.scale
        return result
    }

    private static func scale(
        _ family: ObservationFamily, parameter: Double
    ) -> (value: Double, logarithm: Double, logSlope: Double) {
        switch family {
        case .negativeBinomial:
            let scale = 1 / dispersion(parameter)
            return (scale, log(scale), dispersionRange.contains(parameter) ? -1 : 0)
        case .gaussian, .studentT, .poisson, .bernoulli:
            let scale = GaussianNoise.standardDeviation(parameter)
            return (scale, log(scale), GaussianNoise.logSlope(parameter))
        }
    }

    /// Parameters beyond it change nothing: 22 000 degrees of freedom are as good as a Gaussian.
    private static let freedomLimit = 10.0
    /// Parameters beyond these change nothing: the counts are Poisson's, or anything.
    private static let dispersionRange = -12.0...6.0

    /// Above 2, so that the variance is finite.
    static func degreesOfFreedom(_ parameter: Double) -> Double { 2 + exp(min(parameter, freedomLimit)) }

    /// The dispersion of a negative binomial.
    static func dispersion(_ parameter: Double) -> Double {
        exp(min(max(parameter, dispersionRange.lowerBound), dispersionRange.upperBound))
    }

    /// Outputs of count channels beyond these are cut: a rate of e³⁰ times the usual one is none.
    static let outputRange = -30.0...30.0

    /// A Gaussian's density, with everything worked out that does not depend on the value.
    struct Gaussian {
        var inverseScale: Double
        /// The negative logarithm of the density at its top.
        var top: Double
        var logScaleSlope: Double
    }

    /// The density of a Gaussian channel, for loops over many values; nil for the other families.
    var gaussian: Gaussian? {
        guard family == .gaussian else { return nil }
        return Gaussian(inverseScale: inverseScale, top: logScale + normalizer, logScaleSlope: logScaleSlope)
    }

    /// The likelihood of `value` where the decoder says `output`.
    @inline(__always)
    package func term(value: Double, output: Double) -> Term {
        switch family {
        case .gaussian:
            let ratio = (output - value) * inverseScale
            return Term(
                value: 0.5 * ratio * ratio + logScale + normalizer, outputSlope: ratio * inverseScale,
                scaleSlope: (1 - ratio * ratio) * logScaleSlope, freedomSlope: 0)
        case .studentT: return studentT(ratio: (output - value) * inverseScale)
        case .poisson(let base): return poisson(value, output: output, base: base)
        case .negativeBinomial(let base): return negativeBinomial(value, output: output, base: base)
        case .bernoulli(let logit):
            let total = output + logit
            let softplus = max(total, 0) + log1p(exp(-abs(total)))
            return Term(
                value: softplus - value * total, outputSlope: 1 / (1 + exp(-total)) - value, scaleSlope: 0,
                freedomSlope: 0)
        }
    }

    private func studentT(ratio: Double) -> Term {
        let square = ratio * ratio
        let tail = log1p(square / freedom)
        let weight = (freedom + 1) / (freedom + square)
        let slope = normalizerSlope + 0.5 * tail - 0.5 * weight * square / freedom
        return Term(
            value: normalizer + logScale + 0.5 * (freedom + 1) * tail, outputSlope: weight * ratio * inverseScale,
            scaleSlope: (1 - weight * square) * logScaleSlope, freedomSlope: slope * freedomParameterSlope)
    }

    private func poisson(_ count: Double, output: Double, base: Double) -> Term {
        let cut = min(max(output, Self.outputRange.lowerBound), Self.outputRange.upperBound)
        let rate = base * exp(cut)
        return Term(
            value: rate - count * (cut + log(base)) + lgamma(count + 1),
            outputSlope: cut == output ? rate - count : 0, scaleSlope: 0, freedomSlope: 0)
    }

    private func negativeBinomial(_ count: Double, output: Double, base: Double) -> Term {
        let cut = min(max(output, Self.outputRange.lowerBound), Self.outputRange.upperBound)
        let mean = base * exp(cut)
        let total = scale + mean
        let value =
            lgamma(scale) + lgamma(count + 1) - lgamma(count + scale) - scale * log(scale / total)
            - count * log(mean / total)
        let scaleSlope =
            digamma(scale) - digamma(count + scale) - log(scale / total) - 1 + (scale + count) / total
        return Term(
            value: value, outputSlope: cut == output ? scale * (mean - count) / total : 0,
            scaleSlope: scaleSlope * scale * logScaleSlope, freedomSlope: 0)
    }
}

/// The derivative of log Γ for positive arguments, to some 10⁻¹⁴.
///
/// Upward recurrence to 10, then the asymptotic series: M. Abramowitz, I. A. Stegun, 1964, 6.3.5 and 6.3.18.
package func digamma(_ argument: Double) -> Double {
    var x = argument
    var result = 0.0
    while x < 10 {
        result -= 1 / x
        x += 1
    }
    let square = 1 / (x * x)
    let series =
        square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))))
    return result + log(x) - 0.5 / x - series
}
