internal import Foundation

extension PredictiveDistribution.Components {
    /// How many there are.
    public var count: Int { locations.count }

    /// The means of the components, or their locations: for Student's t with at most one degree of freedom there is no
    /// mean.
    public var locations: [Double] {
        switch self {
        case .gaussian(let means, _): means
        case .studentT(let locations, _, _): locations
        case .poisson(let rates): rates
        case .negativeBinomial(let means, _): means
        case .bernoulli(let probabilities): probabilities
        }
    }

    /// The deviations of Gaussians or the scales of Student's t; nil for families without a scale.
    public var scales: [Double]? {
        switch self {
        case .gaussian(_, let deviations): deviations
        case .studentT(_, let scales, _): scales
        case .poisson, .negativeBinomial, .bernoulli: nil
        }
    }

    /// The root of the locations' variance plus the mean square of the scales: the standard deviation of a mixture of
    /// Gaussians, and for Student's t a measure of width that always exists.
    public var spread: Double {
        let square = (scales ?? []).reduce(0) { $0 + $1 * $1 } / Double(count)
        return (locationVariance + square).squareRoot()
    }

    var isLocationScale: Bool { scales != nil }

    /// Whether the parameters have their families' domains.
    ///
    /// NaN, which a solve that failed leaves, is let through: see ``isDefined``.
    var isProper: Bool {
        func isEach(_ values: [Double], _ condition: (Double) -> Bool) -> Bool {
            values.count == count && values.allSatisfy { $0.isNaN || condition($0) }
        }
        switch self {
        case .gaussian(let means, let scales), .studentT(let means, let scales, _):
            return isEach(means) { _ in true } && isEach(scales) { $0 > 0 }
        case .poisson(let rates): return isEach(rates) { $0 >= 0 }
        case .negativeBinomial(let means, let dispersions):
            return isEach(means) { $0 >= 0 } && isEach(dispersions) { $0 > 0 }
        case .bernoulli(let probabilities): return isEach(probabilities) { $0 >= 0 && $0 <= 1 }
        }
    }

    /// Whether no parameter is NaN.
    var isDefined: Bool {
        let widths: [Double] =
            switch self {
            case .gaussian(_, let deviations): deviations
            case .studentT(_, let scales, _): scales
            case .negativeBinomial(_, let dispersions): dispersions
            case .poisson, .bernoulli: []
            }
        return !locations.contains(where: \.isNaN) && !widths.contains(where: \.isNaN)
    }

    var mean: Double { locations.reduce(0, +) / Double(count) }

    private var locationVariance: Double {
        let centre = mean
        return locations.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(count)
    }

    /// The variance of the mixture: that of the locations plus the mean of the components'.
    var variance: Double {
        let within: Double
        switch self {
        case .gaussian(_, let deviations):
            within = deviations.reduce(0) { $0 + $1 * $1 }
        case .studentT(_, let scales, let shape):
            let factor = shape.degreesOfFreedom > 2 ? shape.degreesOfFreedom / (shape.degreesOfFreedom - 2) : .infinity
            within = factor * scales.reduce(0) { $0 + $1 * $1 }
        case .poisson(let rates): within = rates.reduce(0, +)
        case .negativeBinomial(let means, let dispersions):
            within = zip(means, dispersions).reduce(0) { $0 + $1.0 + $1.0 * $1.0 * $1.1 }
        case .bernoulli(let probabilities): within = probabilities.reduce(0) { $0 + $1 * (1 - $1) }
        }
        return locationVariance + within / Double(count)
    }

    func stretched(by factor: Double) -> PredictiveDistribution.Components {
        let centre = mean
        func about(_ values: [Double]) -> [Double] { values.map { centre + factor * ($0 - centre) } }
        switch self {
        case .gaussian(let means, let deviations):
            return .gaussian(means: about(means), deviations: deviations.map { factor * $0 })
        case .studentT(let locations, let scales, let shape):
            return .studentT(locations: about(locations), scales: scales.map { factor * $0 }, shape: shape)
        case .poisson, .negativeBinomial, .bernoulli: return self
        }
    }

    /// ∫ (y − centre)ᵏ dF for k = 0, 1, 2 between each two neighbours of ascending bounds, of families with a scale.
    func partialMoments(
        between bounds: [Double], about centre: Double
    ) -> [(zeroth: Double, first: Double, second: Double)] {
        var sums = Array(repeating: (zeroth: 0.0, first: 0.0, second: 0.0), count: bounds.count - 1)
        let weight = 1 / Double(count)
        for (location, scale) in zip(locations, scales ?? []) {
            let shift = location - centre
            var lower = standardMoments((bounds[0] - location) / scale)
            for index in sums.indices {
                let upper = standardMoments((bounds[index + 1] - location) / scale)
                let mass = weight * (upper.0 - lower.0)
                let first = weight * (upper.1 - lower.1)
                let second = weight * (upper.2 - lower.2)
                sums[index].zeroth += mass
                sums[index].first += shift * mass + scale * first
                sums[index].second += shift * shift * mass + 2 * shift * scale * first + scale * scale * second
                lower = upper
            }
        }
        return sums
    }

    /// ∫ zᵏ dF from −∞ to z for k = 0, 1, 2, of the standard member of the family.
    private func standardMoments(_ z: Double) -> (Double, Double, Double) {
        guard case .studentT(_, _, let shape) = self else {
            if z == -.infinity { return (0, 0, 0) }
            if z == .infinity { return (1, 0, 1) }
            let (mass, density) = StandardNormal.table.lookUp(z)
            return (mass, -density, mass - z * density)
        }
        let freedom = shape.degreesOfFreedom
        let total = freedom > 2 ? freedom / (freedom - 2) : .infinity
        if z == -.infinity { return (0, 0, 0) }
        if z == .infinity { return (1, 0, total) }
        let (mass, density) = shape.lookUp(z)
        let first = freedom > 1 ? -(freedom + z * z) / (freedom - 1) * density : -.infinity
        guard freedom > 2 else { return (mass, first, .infinity) }
        // z² f(z; ν) is a t density of ν − 2 degrees, rescaled, less f: ∫ z² f = ν ((ν−1)/(ν−2) F(z √((ν−2)/ν); ν−2) − F).
        let narrower = StandardStudentT.cumulative(
            z * ((freedom - 2) / freedom).squareRoot(), degreesOfFreedom: freedom - 2)
        return (mass, first, freedom * ((freedom - 1) / (freedom - 2) * narrower - mass))
    }
}
