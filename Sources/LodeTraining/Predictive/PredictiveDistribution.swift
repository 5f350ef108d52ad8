internal import Foundation

/// The predictive distribution of one value: an equal mixture of distributions of one family, a component for each
/// posterior sample.
public struct PredictiveDistribution: Sendable, Hashable {
    /// The components, one list entry for each; no list is empty.
    public enum Components: Sendable, Hashable {
        /// Gaussians; the deviations are positive.
        case gaussian(means: [Double], deviations: [Double])
        /// Student's t; the scales are positive.
        case studentT(locations: [Double], scales: [Double], shape: StandardStudentT)
        /// Counts whose variance is their mean; the rates are not negative.
        case poisson(rates: [Double])
        /// Counts of variance m + m² · dispersion; the means are not negative, the dispersions positive.
        case negativeBinomial(means: [Double], dispersions: [Double])
        /// 1 with a probability in [0, 1], else 0.
        case bernoulli(probabilities: [Double])
    }

    /// How a calibration has stretched a distribution: y ↦ centre + unit · T((y − centre) / unit).
    struct Stretch: Sendable, Hashable {
        var centre: Double
        var unit: Double
        var map: LevelStretch

        func apply(_ value: Double) -> Double { centre + unit * map.apply((value - centre) / unit) }
        func inverse(_ value: Double) -> Double { centre + unit * map.inverse((value - centre) / unit) }
    }

    /// The components before any stretching that differs between levels.
    public private(set) var components: Components
    /// What has stretched them since.
    private(set) var stretch: Stretch?
    /// Whether no component is NaN, as those of a solve that failed are; where one is, so is every figure, and no band covers
    /// anything.
    public let isDefined: Bool

    /// A mixture.
    ///
    /// Traps where a parameter lies outside its family's domain; NaN does not.
    public init(_ components: Components) {
        precondition(components.count > 0 && components.isProper, "a mixture of \(components)")
        self.components = components
        isDefined = components.isDefined
    }

    /// Whether the family has a location and a scale, which stretching and correction need.
    public var isLocationScale: Bool { components.isLocationScale }

    /// The mean; of Student's t with at most one degree of freedom, which has none, the location.
    public var mean: Double { moments.mean }

    /// The standard deviation; infinite for Student's t with at most two degrees of freedom.
    public var standardDeviation: Double { moments.standardDeviation }

    /// Both at the cost of one.
    public var moments: (mean: Double, standardDeviation: Double) {
        guard let stretch, isDefined else { return (components.mean, components.variance.squareRoot()) }
        let moments = stretchedMoments(stretch)
        return (
            stretch.centre + moments.first, max(moments.second - moments.first * moments.first, 0).squareRoot()
        )
    }

    /// The distribution stretched about its mean; a family without a scale is left as it is.
    public func stretched(by factor: Double) -> PredictiveDistribution {
        precondition(factor > 0 && factor < .infinity, "stretching by \(factor)")
        guard factor != 1 else { return self }
        var result = self
        if let stretch {
            result.stretch?.map = stretch.map.scaled(by: factor)
        } else {
            result.components = components.stretched(by: factor)
        }
        return result
    }

    /// The distribution stretched about its mean by a factor that differs between levels.
    ///
    /// It must not have been stretched so before; a family without a scale is left as it is. The map's values are standardised by the mean and ``Components/spread``.
    public func stretched(by map: LevelStretch) -> PredictiveDistribution {
        precondition(stretch == nil, "stretched by levels twice")
        if let factor = map.uniformFactor { return stretched(by: factor) }
        guard isLocationScale else { return self }
        var result = self
        result.stretch = Stretch(centre: components.mean, unit: components.spread, map: map)
        return result
    }

    /// The first two moments about the centre, by the components' partial moments over the map's pieces.
    private func stretchedMoments(_ stretch: Stretch) -> (first: Double, second: Double) {
        var first = 0.0
        var second = 0.0
        let pieces = stretch.map.pieces
        let bounds = pieces.map { stretch.centre + stretch.unit * $0.low } + [.infinity]
        for (piece, moments) in zip(pieces, components.partialMoments(between: bounds, about: stretch.centre)) {
            let offset = piece.offset * stretch.unit
            first += offset * moments.zeroth + piece.slope * moments.first
            second +=
                offset * offset * moments.zeroth + 2 * offset * piece.slope * moments.first
                + piece.slope * piece.slope * moments.second
        }
        return (first, second)
    }
}

extension PredictiveDistribution {
    /// A mixture of Gaussians.
    public static func gaussian(means: [Double], deviations: [Double]) -> PredictiveDistribution {
        PredictiveDistribution(.gaussian(means: means, deviations: deviations))
    }

    /// A mixture of Gaussians of one deviation.
    public static func gaussian(means: [Double], deviation: Double) -> PredictiveDistribution {
        .gaussian(means: means, deviations: Array(repeating: deviation, count: means.count))
    }

    /// A mixture of Student's t distributions.
    public static func studentT(
        locations: [Double], scales: [Double], shape: StandardStudentT
    ) -> PredictiveDistribution {
        PredictiveDistribution(.studentT(locations: locations, scales: scales, shape: shape))
    }

    /// A mixture of Poisson distributions.
    public static func poisson(rates: [Double]) -> PredictiveDistribution {
        PredictiveDistribution(.poisson(rates: rates))
    }

    /// A mixture of negative binomial distributions of variance m + m² · dispersion.
    public static func negativeBinomial(means: [Double], dispersions: [Double]) -> PredictiveDistribution {
        PredictiveDistribution(.negativeBinomial(means: means, dispersions: dispersions))
    }

    /// A mixture of Bernoulli distributions.
    public static func bernoulli(probabilities: [Double]) -> PredictiveDistribution {
        PredictiveDistribution(.bernoulli(probabilities: probabilities))
    }
}
