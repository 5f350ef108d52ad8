internal import Foundation

/// The residuals of one channel of a held-out task, in normalised units, for each posterior sample.
struct ResidualTask: Sendable {
    /// Model times of seen values, ascending.
    var seenTimes: [Double]
    /// Their residuals, `[S][n]`.
    var seenResiduals: [[Double]]
    /// Model times of hidden values.
    var hiddenTimes: [Double]
    /// Their residuals, `[S][m]`.
    var hiddenResiduals: [[Double]]

    /// The sum over hidden values of the negative log predictive density, a mixture over the samples, in nats.
    func negativeLogLikelihood(_ process: MaternProcess) -> Double {
        let conditional = process.conditional(times: seenTimes, values: seenResiduals, at: hiddenTimes)
        var sum = 0.0
        for index in hiddenTimes.indices {
            let variance = conditional.variances[index] + process.noise * process.noise
            let mixture = PredictiveDistribution.gaussian(
                means: hiddenResiduals.indices.map { hiddenResiduals[$0][index] - conditional.means[$0][index] },
                deviation: variance.squareRoot())
            // The density of a value about a shifted mean is that of zero about the remaining residual.
            sum -= mixture.logDensity(0)
        }
        return sum
    }
}
