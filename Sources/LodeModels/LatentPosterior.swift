internal import Foundation
public import LodeNumerics

/// Gaussian posteriors of the initial latent states of B series, and samples of them.
public struct LatentPosterior<Scalar: KernelScalar>: Sendable {
    /// L, the latent components.
    public let latentDimension: Int
    /// Means, `[B][L]`.
    public let means: [Scalar]
    /// Logarithms of the variances, `[B][L]`, within ``logVarianceRange``.
    public let logVariances: [Scalar]

    /// Beyond these a variance is as good as zero, or wider than the prior by far; its gradient stops there.
    public static var logVarianceRange: ClosedRange<Double> { -14...4 }

    /// Reparameterised samples z = mean + exp(logVariance / 2) · ε, `[B][S][L]`.
    ///
    /// ε is a function of (seed, identity of the series, epoch, sample, component) alone.
    public func samples(_ count: Int, identities: [UInt64], seed: UInt64, epoch: UInt64) -> [Scalar] {
        var states: [Scalar] = []
        states.reserveCapacity(identities.count * count * latentDimension)
        for (series, identity) in identities.enumerated() {
            for sample in 0..<count {
                let random = Self.noise(seed: seed, identity: identity, epoch: epoch, sample: sample)
                for component in 0..<latentDimension {
                    let index = series * latentDimension + component
                    let deviation = exp(0.5 * Double(logVariances[index]))
                    states.append(Scalar(Double(means[index]) + deviation * random.normal(UInt64(component))))
                }
            }
        }
        return states
    }

    /// The divergence of series b's posterior from the standard normal prior, in nats.
    public func klDivergence(series: Int) -> Double {
        var sum = 0.0
        for index in series * latentDimension..<(series + 1) * latentDimension {
            let mean = Double(means[index])
            let logVariance = Double(logVariances[index])
            sum += 0.5 * (exp(logVariance) + mean * mean - 1 - logVariance)
        }
        return sum
    }

    static func noise(seed: UInt64, identity: UInt64, epoch: UInt64, sample: Int) -> CounterRandom {
        CounterRandom(seed: seed, path: 0x706F_7374, identity, epoch, UInt64(sample))
    }
}
