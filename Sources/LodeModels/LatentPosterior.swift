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

    /// B, the series.
    var seriesCount: Int { latentDimension == 0 ? 0 : means.count / latentDimension }

    /// Reparameterised samples z = mean + exp(logVariance / 2) · ε, `[B][S][L]`.
    ///
    /// ε is a function of (seed, identity of the series, epoch, sample, component) alone.
    public func samples(_ count: Int, identities: [UInt64], seed: UInt64, epoch: UInt64) -> [Scalar] {
        samples(count, normals: normals(count, identities: identities, seed: seed, epoch: epoch))
    }

    /// The samples of given ε, `[B][S][L]`.
    @specialized(where Scalar == Float)
    func samples(_ count: Int, normals: [Double]) -> [Scalar] {
        var states: [Scalar] = []
        states.reserveCapacity(normals.count)
        for series in 0..<seriesCount {
            let first = series * latentDimension
            let deviations = (first..<first + latentDimension).map { exp(0.5 * Double(logVariances[$0])) }
            for _ in 0..<count {
                for component in 0..<latentDimension {
                    let mean = Double(means[first + component])
                    states.append(Scalar(mean + deviations[component] * normals[states.count]))
                }
            }
        }
        return states
    }

    /// The ε of samples, `[B][S][L]`.
    func normals(_ count: Int, identities: [UInt64], seed: UInt64, epoch: UInt64) -> [Double] {
        var normals: [Double] = []
        normals.reserveCapacity(identities.count * count * latentDimension)
        for identity in identities {
            for sample in 0..<count {
                let random = CounterRandom(seed: seed, path: 0x706F_7374, identity, epoch, UInt64(sample))
                for component in 0..<latentDimension { normals.append(random.normal(UInt64(component))) }
            }
        }
        return normals
    }

    /// The divergence of series b's posterior from the standard normal prior, in nats.
    @specialized(where Scalar == Float)
    public func klDivergence(series: Int) -> Double {
        var sum = 0.0
        for index in series * latentDimension..<(series + 1) * latentDimension {
            let mean = Double(means[index])
            let logVariance = Double(logVariances[index])
            sum += 0.5 * (exp(logVariance) + mean * mean - 1 - logVariance)
        }
        return sum
    }
}
