internal import Foundation

/// How predictive distributions did on hidden values.
public struct Metrics: Sendable, Hashable {
    /// How many values were scored.
    public var pointCount: Int
    /// Of the mean, in units of the channels' variance over the training values.
    public var meanSquaredError: Double
    /// Of the median, in units of the channels' deviation over the training values.
    public var meanAbsoluteError: Double
    /// In nats for each value, of densities in units of the channels' deviations (of probabilities for counts and binary
    /// values); infinite where a value was held impossible.
    public var negativeLogLikelihood: Double
    /// The mean continuous ranked probability score, in units of the channels' deviation over the training values.
    public var continuousRankedProbabilityScore: Double
    /// The share of values within the central band of each of ``Calibration/levels``.
    public var coverage: [Double]
}

/// Sums from which metrics are made.
struct MetricSum: Sendable {
    private(set) var count = 0
    private var squares = 0.0
    private var absolutes = 0.0
    private var negativeLogLikelihood = 0.0
    private var score = 0.0
    private var covered = Calibration.levels.map { _ in 0 }

    /// Adds a value; `unit` is the channel's deviation, `logUnit` makes a log density one of normalised values.
    mutating func add(_ value: Double, _ distribution: PredictiveDistribution, unit: Double, logUnit: Double) {
        count += 1
        let error = (value - distribution.mean) / unit
        squares += error * error
        absolutes += abs(value - distribution.quantile(0.5)) / unit
        negativeLogLikelihood -= distribution.logDensity(value) + logUnit
        score += distribution.continuousRankedProbabilityScore(value) / unit
        for (index, level) in Calibration.levels.enumerated() where distribution.covers(value, level: level) {
            covered[index] += 1
        }
    }

    static func += (left: inout MetricSum, right: MetricSum) {
        left.count += right.count
        left.squares += right.squares
        left.absolutes += right.absolutes
        left.negativeLogLikelihood += right.negativeLogLikelihood
        left.score += right.score
        for index in left.covered.indices { left.covered[index] += right.covered[index] }
    }

    /// The means; nil without values.
    var metrics: Metrics? {
        guard count > 0 else { return nil }
        let total = Double(count)
        return Metrics(
            pointCount: count, meanSquaredError: squares / total, meanAbsoluteError: absolutes / total,
            negativeLogLikelihood: negativeLogLikelihood / total, continuousRankedProbabilityScore: score / total,
            coverage: covered.map { Double($0) / total })
    }
}
