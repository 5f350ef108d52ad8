internal import Foundation

/// Observation noise: one standard deviation for each channel, learned.
///
/// The deviation is √(exp(2s) + floor²) of the parameter s: smooth, and never below the floor, where a likelihood
/// would reward fitting a few points exactly.
public struct GaussianNoise: Sendable, Hashable {
    /// The least standard deviation, in units of the normalised channel.
    public static let floor = 0.003

    /// The standard deviation at the parameter.
    public static func standardDeviation(_ parameter: Double) -> Double {
        (exp(2 * parameter) + floor * floor).squareRoot()
    }

    /// The derivative of the logarithm of the standard deviation with respect to the parameter.
    static func logSlope(_ parameter: Double) -> Double {
        let variance = exp(2 * parameter)
        return variance / (variance + floor * floor)
    }

    /// The negative log likelihood of a residual, and its derivatives with respect to the residual and log deviation.
    @inline(__always)
    static func negativeLogLikelihood(
        residual: Double, standardDeviation: Double
    ) -> (value: Double, residualSlope: Double, logDeviationSlope: Double) {
        let ratio = residual / standardDeviation
        let value = 0.5 * ratio * ratio + log(standardDeviation) + 0.918_938_533_204_672_74  // log √(2π)
        return (value, ratio / standardDeviation, 1 - ratio * ratio)
    }
}
