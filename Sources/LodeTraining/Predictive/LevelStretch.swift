/// By what a predictive distribution is stretched about its mean, at each level of its bands.
///
/// An odd, increasing, piecewise linear map u ↦ T(u) of standardised values: the ends of a central band, which lie at
/// ±u before, lie at ±T(u) after. Between 0 and the first knot, and beyond the last one, it has the slope
/// image / knot of that knot.
public struct LevelStretch: Sendable, Hashable, Codable {
    /// Where the bands of a few levels end before the stretching: positive, ascending.
    public let knots: [Double]
    /// Where they end after it: positive, ascending, as many.
    public let images: [Double]

    /// A map through (0, 0) and the given points, of which there is at least one.
    public init(knots: [Double], images: [Double]) {
        precondition(
            !knots.isEmpty && knots.count == images.count && Self.ascends(knots) && Self.ascends(images),
            "a stretch through \(knots) and \(images)")
        self.knots = knots
        self.images = images
    }

    private static func ascends(_ values: [Double]) -> Bool {
        zip([0] + values, values).allSatisfy { $0 < $1 && $1 < .infinity }
    }

    /// The factor, where it is the same for all levels.
    var uniformFactor: Double? {
        let factor = images[0] / knots[0]
        let isUniform = knots.indices.allSatisfy { abs(images[$0] - factor * knots[$0]) <= 1e-12 * images[$0] }
        return isUniform ? factor : nil
    }

    /// The same after another stretching by `factor`.
    func scaled(by factor: Double) -> LevelStretch {
        LevelStretch(knots: knots, images: images.map { $0 * factor })
    }

    /// T(u).
    func apply(_ u: Double) -> Double {
        Self.interpolate(u, knots, images)
    }

    /// The u with T(u) = v.
    func inverse(_ v: Double) -> Double {
        Self.interpolate(v, images, knots)
    }

    /// T′(u).
    func slope(_ u: Double) -> Double {
        let magnitude = abs(u)
        guard let index = knots.firstIndex(where: { magnitude <= $0 }), index > 0 else {
            let end = magnitude <= knots[0] ? 0 : knots.count - 1
            return images[end] / knots[end]
        }
        return (images[index] - images[index - 1]) / (knots[index] - knots[index - 1])
    }

    /// Stretches of the line on which T is straight: `T(u) = offset + slope · u` from `low` to `high`.
    struct Piece {
        var low: Double
        var high: Double
        var slope: Double
        var offset: Double
    }

    /// The pieces from −∞ to ∞.
    var pieces: [Piece] {
        let bounds = [-Double.infinity] + knots.reversed().map { -$0 } + knots + [.infinity]
        return zip(bounds, bounds.dropFirst()).map { low, high in
            let inside = low.isFinite && high.isFinite ? 0.5 * (low + high) : low.isFinite ? 2 * low : 2 * high
            let slope = slope(inside)
            return Piece(low: low, high: high, slope: slope, offset: apply(inside) - slope * inside)
        }
    }

    private static func interpolate(_ x: Double, _ from: [Double], _ to: [Double]) -> Double {
        let magnitude = abs(x)
        let image: Double
        if let index = from.firstIndex(where: { magnitude <= $0 }) {
            let (lowFrom, lowTo) = index == 0 ? (0, 0) : (from[index - 1], to[index - 1])
            image = lowTo + (magnitude - lowFrom) * (to[index] - lowTo) / (from[index] - lowFrom)
        } else {
            let end = from.count - 1
            image = to[end] + (magnitude - from[end]) * to[end] / from[end]
        }
        return x < 0 ? -image : image
    }
}
