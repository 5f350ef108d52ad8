internal import Foundation
internal import LodeNumerics

/// Reparameterised samples of a minibatch's posteriors.
struct PosteriorSamples<Scalar: KernelScalar>: Sendable {
    let posterior: LatentPosterior<Scalar>
    /// S.
    let count: Int
    /// The standard normal numbers ε that the samples are made of, `[B][S][L]`.
    let normals: [Double]
    /// By how much a flow has changed the log-density of each, `[B · S]`; empty without one.
    var logDensityChanges: [Double] = []

    /// S samples for each series of `posterior`; the arguments are those of its ``LatentPosterior/samples``.
    init(posterior: LatentPosterior<Scalar>, count: Int, identities: [UInt64], seed: UInt64, epoch: UInt64) {
        self.posterior = posterior
        self.count = count
        normals = posterior.normals(count, identities: identities, seed: seed, epoch: epoch)
    }

    /// The sampled states, `[B][S][L]`.
    var states: [Scalar] { posterior.samples(count, normals: normals) }

    /// log p(z) − log q(z | x) of each sample, `[B · S]`, given the states, those that a flow has made of them where there is
    /// one.
    func logRatios(states: [Scalar]) -> [Double] {
        let latent = posterior.latentDimension
        var ratios: [Double] = []
        for series in 0..<posterior.seriesCount {
            for sample in 0..<count {
                var sum = logDensityChanges.isEmpty ? 0 : -logDensityChanges[series * count + sample]
                for component in 0..<latent {
                    let state = Double(states[(series * count + sample) * latent + component])
                    let normal = normals[(series * count + sample) * latent + component]
                    let logVariance = Double(posterior.logVariances[series * latent + component])
                    sum += 0.5 * (normal * normal - state * state + logVariance)
                }
                ratios.append(sum)
            }
        }
        return ratios
    }
}

/// How a loss changes with the parameters of the posteriors.
struct PosteriorDivergence<Scalar: KernelScalar> {
    let samples: PosteriorSamples<Scalar>
    /// What one nat of divergence weighs in the loss.
    let scale: Double
    /// For an importance-weighted bound: the share of each sample in its series' gradient, `[B · S]`; nil for the
    /// divergence in closed form.
    let shares: [Double]?
    /// Those of what a flow was conditioned on, means and log variances, `[B][S][2L]`; nil without a flow, whose pullback has
    /// taken in the prior.
    var flowContext: [Scalar]?

    /// The cotangents of posterior means and log variances, a block `[2L][lanes]` for each block of series.
    ///
    /// - Parameter stateCotangents: those of the sampled states, `[B][S][L]`.
    @specialized(where Scalar == Float)
    func cotangents(stateCotangents: [Scalar], contexts: [ObservedSeries]) -> [[Scalar]] {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let latent = samples.posterior.latentDimension
        let range = LatentPosterior<Scalar>.logVarianceRange
        let blocks = (contexts.count + lanes - 1) / lanes
        var cotangents = [[Scalar]](repeating: Array(repeating: 0, count: 2 * latent * lanes), count: blocks)
        for series in contexts.indices where !contexts[series].times.isEmpty {
            for component in 0..<latent {
                var (meanSlope, varianceSlope) = slopes(series: series, component: component)
                let index = series * latent + component
                let mean = Double(samples.posterior.means[index])
                let logVariance = Double(samples.posterior.logVariances[index])
                let deviation = exp(0.5 * logVariance)
                for sample in 0..<samples.count {
                    let trajectory = series * samples.count + sample
                    let normal = samples.normals[trajectory * latent + component]
                    var slope = Double(stateCotangents[trajectory * latent + component])
                    // d(−log p)/dz = z, at the sample's share of the bound.
                    if let flowContext {
                        meanSlope += Double(flowContext[trajectory * 2 * latent + component])
                        varianceSlope += Double(flowContext[(trajectory * 2 + 1) * latent + component])
                    } else if let shares {
                        slope += scale * shares[trajectory] * (mean + deviation * normal)
                    }
                    meanSlope += slope
                    varianceSlope += slope * 0.5 * deviation * normal
                }
                // At a bound the clamp has no slope.
                if logVariance <= range.lowerBound || logVariance >= range.upperBound { varianceSlope = 0 }
                cotangents[series / lanes][component * lanes + series % lanes] = Scalar(meanSlope)
                cotangents[series / lanes][(latent + component) * lanes + series % lanes] = Scalar(varianceSlope)
            }
        }
        return cotangents
    }

    /// The slopes of the divergence that do not go through the samples: all of it in closed form, or that of log q,
    /// which is −log variance / 2 at a reparameterised sample.
    private func slopes(series: Int, component: Int) -> (mean: Double, logVariance: Double) {
        guard shares == nil else { return (0, -0.5 * scale) }
        let index = series * samples.posterior.latentDimension + component
        let variance = exp(Double(samples.posterior.logVariances[index]))
        return (scale * Double(samples.posterior.means[index]), scale * 0.5 * (variance - 1))
    }
}
