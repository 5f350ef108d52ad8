internal import Foundation

/// An equal mixture of Gaussians of one standard deviation: the predictive distribution of one value.
public struct PredictiveMixture: Sendable, Hashable {
    /// The components' means.
    public var means: [Double]
    /// The standard deviation of every component, positive.
    public var componentDeviation: Double

    /// A mixture; `means` is not empty.
    public init(means: [Double], componentDeviation: Double) {
        precondition(!means.isEmpty && componentDeviation > 0, "a mixture without components or width")
        self.means = means
        self.componentDeviation = componentDeviation
    }

    /// The mean.
    public var mean: Double { means.reduce(0, +) / Double(means.count) }

    /// The standard deviation.
    public var standardDeviation: Double {
        let centre = mean
        let spread = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(means.count)
        return (spread + componentDeviation * componentDeviation).squareRoot()
    }

    /// The mixture stretched about its mean, as a calibration asks for.
    public func widened(by factor: Double) -> PredictiveMixture {
        let centre = mean
        return PredictiveMixture(
            means: means.map { centre + factor * ($0 - centre) }, componentDeviation: factor * componentDeviation)
    }

    /// The logarithm of the density at a value.
    public func logDensity(_ value: Double) -> Double {
        var largest = -Double.infinity
        let exponents = means.map { mean in
            let ratio = (value - mean) / componentDeviation
            let exponent = -0.5 * ratio * ratio
            largest = max(largest, exponent)
            return exponent
        }
        let sum = exponents.reduce(0) { $0 + exp($1 - largest) }
        return largest + log(sum / Double(means.count)) - log(componentDeviation) - 0.918_938_533_204_672_74
    }

    /// The probability of a value below `value`.
    public func cumulative(_ value: Double) -> Double {
        let scale = 1 / (componentDeviation * 2.0.squareRoot())
        return means.reduce(0) { $0 + 0.5 * erfc(($1 - value) * scale) } / Double(means.count)
    }

    /// The value that a share `probability`, in (0, 1), lies below.
    ///
    /// To 10⁻⁷ of the component's deviation, or to 10⁻¹² in probability where that is more.
    public func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "no quantile \(probability)")
        // The mixture's quantile lies between those of its outermost components.
        let normal = Self.normalQuantile(probability)
        var low = means.reduce(.infinity, min) + normal * componentDeviation
        var high = means.reduce(-.infinity, max) + normal * componentDeviation
        guard high > low else { return low }
        var value = min(max(mean + normal * standardDeviation, low), high)
        let table = StandardNormal.table
        let scale = 1 / componentDeviation
        // Newton's method, kept inside a bracket that shrinks; it converges in a few steps and ends in any case.
        for _ in 0..<200 {
            let (cumulative, density) = table.averages(at: value, means: means, scale: scale)
            let excess = cumulative - probability
            if excess > 0 { high = value } else { low = value }
            let next = value - excess / (density * scale)
            let isInside = next > low && next < high
            let candidate = isInside ? next : 0.5 * (low + high)
            if abs(candidate - value) <= 1e-7 * componentDeviation || candidate == value { return candidate }
            value = candidate
        }
        return value
    }

    /// The standard normal quantile, by Newton's method on erfc from a rough start.
    static func normalQuantile(_ probability: Double) -> Double {
        // Abramowitz and Stegun 26.2.23, good to 4.5e-4, then two Halley steps: better than 1e-14 in the middle.
        let tail = min(probability, 1 - probability)
        let t = (-2 * log(tail)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let rough = t - numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        var x = probability < 0.5 ? -rough : rough
        for _ in 0..<3 {
            let excess = 0.5 * erfc(-x / 2.0.squareRoot()) - probability
            let step = excess * 2.506_628_274_631_000_5 * exp(0.5 * x * x)
            x -= step / (1 + 0.5 * x * step)
        }
        return x
    }
}
