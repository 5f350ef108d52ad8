internal import Foundation

/// A Gaussian process with Matérn-3/2 covariance, seen through independent noise.
///
///     k(τ) = deviation² (1 + λ|τ|) exp(−λ|τ|),  λ = √3 / lengthScale
///
/// It is the first component of a two-dimensional Markov process (value and slope), so that conditioning on n
/// observations is a Kalman filter and smoother, linear in n. J. Hartikainen, S. Särkkä, "Kalman filtering and
/// smoothing solutions to temporal Gaussian process regression models", MLSP 2010, doi:10.1109/MLSP.2010.5589113.
public struct MaternProcess: Sendable, Hashable, Codable {
    /// The standard deviation of the process, in units of the value.
    public var deviation: Double
    /// The length scale, in units of time; positive.
    public var lengthScale: Double
    /// The standard deviation of the noise on each observation; positive.
    public var noise: Double

    /// A process.
    public init(deviation: Double, lengthScale: Double, noise: Double) {
        self.deviation = deviation
        self.lengthScale = lengthScale
        self.noise = noise
    }

    /// What observations say of the process at other times.
    public struct Conditional: Sendable, Hashable {
        /// The conditional means, one list for each set of values, `[S][T]`.
        public var means: [[Double]]
        /// The conditional variance of the process (without noise), `[T]`; the same for every set of values.
        public var variances: [Double]
    }

    /// Conditions the process on observations.
    ///
    /// - Parameters:
    ///   - times: when observations were made, ascending and distinct, `[n]`.
    ///   - values: S sets of values observed at those times, `[S][n]`.
    ///   - queries: the times to answer at, in any order, `[T]`.
    ///
    /// Cost: O(n S + T (S + log n)).
    public func conditional(times: [Double], values: [[Double]], at queries: [Double]) -> Conditional {
        MaternPosterior(self, times: times, sets: values.count) { set, index in values[set][index] }
            .conditional(at: queries)
    }

    /// The logarithm of the density of values observed at ascending, distinct times, in nats.
    ///
    /// The sum over the filter's innovations; O(n).
    public func logLikelihood(times: [Double], values: [Double]) -> Double {
        var filter = MaternFilter(process: self, sets: 1, nodes: times.count)
        var sum = 0.0
        for (index, time) in times.enumerated() {
            filter.advance(to: index, time: time)
            let variance = filter.covariances[index].value + noise * noise
            let innovation = values[index] - filter.means[index].value
            sum -= 0.5 * (innovation * innovation / variance + log(2 * .pi * variance))
            filter.observe(at: index) { _ in values[index] }
        }
        return sum
    }
}
