internal import Foundation

extension PredictiveDistribution {
    /// The probability of a value not above `value`.
    public func cumulative(_ value: Double) -> Double {
        guard isDefined else { return .nan }
        return components.cumulative(stretch?.inverse(value) ?? value)
    }

    /// The logarithm of the density at a value; of the probability of the value for counts and binary values, −∞ for
    /// a value that the family does not have.
    public func logDensity(_ value: Double) -> Double {
        guard isDefined else { return .nan }
        guard let stretch else { return components.logDensity(value) }
        let before = stretch.inverse(value)
        return components.logDensity(before) - log(stretch.map.slope((before - stretch.centre) / stretch.unit))
    }

    /// The smallest value that at least a share `probability`, in (0, 1), does not exceed.
    ///
    /// A whole number for counts and binary values; else to 10⁻⁷ of the narrowest component's scale, or to 10⁻⁹ in
    /// probability where that is more. Quantiles of close probabilities may cross by that much;
    /// ``quantiles(_:)`` do not.
    public func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "no quantile \(probability)")
        guard isDefined else { return .nan }
        let value = components.quantile(probability)
        return stretch?.apply(value) ?? value
    }

    /// The quantiles of ascending probabilities; they never cross.
    public func quantiles(_ probabilities: [Double]) -> [Double] {
        var values: [Double] = []
        for probability in probabilities {
            let value = quantile(probability)
            values.append(max(value, values.last ?? value))
        }
        return values
    }

    /// The probability of a value at least as far out as `value`, on either side: 1 at the median.
    public func tailProbability(_ value: Double) -> Double {
        let before = stretch?.inverse(value) ?? value
        let tail = min(components.cumulative(before), 1 - components.cumulativeBelow(before))
        return min(max(2 * tail, 0), 1)
    }

    /// Whether a value lies in the central band of a level, such as 0.8; the band's ends belong to it.
    public func covers(_ value: Double, level: Double) -> Bool {
        guard isDefined else { return false }
        let before = stretch?.inverse(value) ?? value
        let outside = 0.5 * (1 - level)
        // F⁻¹(p) ≤ y exactly where p ≤ F(y), and y ≤ F⁻¹(q) exactly where F below y is less than q.
        return components.cumulative(before) >= outside && components.cumulativeBelow(before) < 1 - outside
    }
}

extension PredictiveDistribution.Components {
    func cumulative(_ value: Double) -> Double {
        switch self {
        case .gaussian, .studentT: return averages(at: value).cumulative
        case .poisson, .negativeBinomial: return countCumulative(value.rounded(.down))
        case .bernoulli: return value < 0 ? 0 : value < 1 ? 1 - mean : 1
        }
    }

    /// The probability of a value below `value`.
    func cumulativeBelow(_ value: Double) -> Double {
        isLocationScale ? cumulative(value) : cumulative(value.rounded(.up) - 1)
    }

    /// F and the density at a value, of families with a scale.
    func averages(at value: Double) -> (cumulative: Double, density: Double) {
        var cumulative = 0.0
        var density = 0.0
        switch self {
        case .gaussian(let means, let deviations):
            let table = StandardNormal.table
            for (mean, deviation) in zip(means, deviations) {
                let inverse = 1 / deviation
                let standard = table.lookUp((value - mean) * inverse)
                cumulative += standard.cumulative
                density += standard.density * inverse
            }
        case .studentT(let locations, let scales, let shape):
            for (location, scale) in zip(locations, scales) {
                let inverse = 1 / scale
                let standard = shape.lookUp((value - location) * inverse)
                cumulative += standard.cumulative
                density += standard.density * inverse
            }
        case .poisson, .negativeBinomial, .bernoulli: preconditionFailure("no density of a discrete family")
        }
        let count = Double(count)
        return (cumulative / count, density / count)
    }

    func logDensity(_ value: Double) -> Double {
        switch self {
        case .gaussian(let means, let deviations):
            Self.logMean(means.indices) { index in
                StandardNormal.logDensity((value - means[index]) / deviations[index]) - log(deviations[index])
            }
        case .studentT(let locations, let scales, let shape):
            Self.logMean(locations.indices) { index in
                shape.logDensity((value - locations[index]) / scales[index]) - log(scales[index])
            }
        case .poisson, .negativeBinomial:
            value >= 0 && value.rounded() == value
                ? Self.logMean(locations.indices) { logMass(value, component: $0) } : -.infinity
        case .bernoulli: value == 1 ? log(mean) : value == 0 ? log(1 - mean) : -.infinity
        }
    }

    /// ln (Σ exp(term) / n), without overflow.
    private static func logMean(_ indices: Range<Int>, _ term: (Int) -> Double) -> Double {
        let terms = indices.map(term)
        let largest = terms.reduce(-.infinity, max)
        guard largest > -.infinity else { return -.infinity }
        return largest + log(terms.reduce(0) { $0 + exp($1 - largest) } / Double(terms.count))
    }

    func quantile(_ probability: Double) -> Double {
        switch self {
        case .gaussian: scaledQuantile(probability, standard: StandardNormal.quantile(probability))
        case .studentT(_, _, let shape): scaledQuantile(probability, standard: shape.quantile(probability))
        case .poisson, .negativeBinomial: countQuantile(probability)
        case .bernoulli: probability <= 1 - mean ? 0 : 1
        }
    }

    /// Newton's method, kept inside a bracket that shrinks; it converges in a few steps and ends in any case.
    private func scaledQuantile(_ probability: Double, standard: Double) -> Double {
        let scales = scales ?? []
        // The mixture's quantile lies between those of its outermost components.
        var low = Double.infinity
        var high = -Double.infinity
        for (location, scale) in zip(locations, scales) {
            let quantile = location + standard * scale
            low = min(low, quantile)
            high = max(high, quantile)
        }
        guard high > low else { return low }
        let tolerance = 1e-7 * scales.reduce(.infinity, min)
        var value = min(max(mean + standard * spread, low), high)
        for _ in 0..<200 {
            let (cumulative, density) = averages(at: value)
            let excess = cumulative - probability
            if excess > 0 { high = value } else { low = value }
            let next = value - excess / density
            let isInside = next > low && next < high
            let candidate = isInside ? next : 0.5 * (low + high)
            if abs(candidate - value) <= tolerance || candidate == value { return candidate }
            value = candidate
        }
        return value
    }
}
