internal import Foundation

/// The scale of observation noise as a function of its parameter.
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
}
