public import LodeNumerics

/// The predictive distributions of one channel at T times.
public enum ChannelDistributions: Sendable, Hashable {
    /// Of a Gaussian channel, which are worked on together.
    case gaussian(GaussianMixtures)
    /// Of any other channel, `[T]`.
    case separate([PredictiveDistribution])

    /// T.
    public var count: Int {
        switch self {
        case .gaussian(let mixtures): mixtures.count
        case .separate(let distributions): distributions.count
        }
    }

    /// The distribution at one time.
    public subscript(time: Int) -> PredictiveDistribution {
        switch self {
        case .gaussian(let mixtures): mixtures[time]
        case .separate(let distributions): distributions[time]
        }
    }

    /// The means and standard deviations, `[T]` each.
    public func moments(_ kernels: Kernels<Double>) -> (means: [Double], standardDeviations: [Double]) {
        switch self {
        case .gaussian(let mixtures): return mixtures.moments(kernels)
        case .separate(let distributions):
            let moments = distributions.map(\.moments)
            return (moments.map(\.mean), moments.map(\.standardDeviation))
        }
    }

    /// The quantiles of a probability in (0, 1), `[T]`; those of close probabilities may cross by 10⁻⁹ of a deviation.
    public func quantiles(_ probability: Double, _ kernels: Kernels<Double>) -> [Double] {
        switch self {
        case .gaussian(let mixtures): mixtures.quantiles(probability, kernels)
        case .separate(let distributions): distributions.map { $0.quantile(probability) }
        }
    }

    /// The distributions at places of several others of the same channel.
    init(gathering places: [(part: Int, time: Int)], of parts: [ChannelDistributions]) {
        let mixtures = parts.compactMap { part in
            if case .gaussian(let mixtures) = part { mixtures } else { nil }
        }
        self =
            mixtures.count == parts.count
            ? .gaussian(GaussianMixtures(gathering: places, of: mixtures))
            : .separate(places.map { parts[$0.part][$0.time] })
    }
}
