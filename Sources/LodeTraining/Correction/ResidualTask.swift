internal import Foundation

/// The residuals of one channel of a held-out task, in units of the observation noise, for each posterior sample.
package struct ResidualTask: Sendable {
    /// Which series it is about, for folds.
    var series: Int
    /// Model times of seen values, ascending.
    var seenTimes: [Double]
    /// Their residuals, `[S][n]`.
    var seenResiduals: [[Double]]
    /// Model times of hidden values.
    var hiddenTimes: [Double]
    /// Their residuals, `[S][m]`.
    var hiddenResiduals: [[Double]]
    /// The observation noise at hidden values, in normalised units, `[S][m]`.
    var hiddenScales: [[Double]]
    /// The distribution of noise; nil for Gaussian.
    var shape: StandardStudentT?

    package init(
        series: Int, seenTimes: [Double], seenResiduals: [[Double]], hiddenTimes: [Double], hiddenResiduals: [[Double]],
        hiddenScales: [[Double]], shape: StandardStudentT?
    ) {
        self.series = series
        self.seenTimes = seenTimes
        self.seenResiduals = seenResiduals
        self.hiddenTimes = hiddenTimes
        self.hiddenResiduals = hiddenResiduals
        self.hiddenScales = hiddenScales
        self.shape = shape
    }

    /// Sums over hidden values.
    struct Loss {
        /// Of the negative log predictive density, a mixture over the samples, in nats.
        var negativeLogLikelihood = 0.0
        /// Of the squared errors of the mean, in normalised units.
        var squares = 0.0

        static func += (left: inout Loss, right: Loss) {
            left.negativeLogLikelihood += right.negativeLogLikelihood
            left.squares += right.squares
        }
    }

    /// How well a process explains the hidden values.
    func loss(_ process: MaternProcess) -> Loss {
        let conditional = process.conditional(times: seenTimes, values: seenResiduals, at: hiddenTimes)
        var loss = Loss()
        let samples = hiddenResiduals.indices
        for index in hiddenTimes.indices {
            let width = (conditional.variances[index] + process.noise * process.noise).squareRoot()
            let locations = samples.map { sample in
                hiddenScales[sample][index] * (hiddenResiduals[sample][index] - conditional.means[sample][index])
            }
            let scales = samples.map { hiddenScales[$0][index] * width }
            let distribution: PredictiveDistribution =
                if let shape {
                    .studentT(locations: locations, scales: scales, shape: shape)
                } else {
                    .gaussian(means: locations, deviations: scales)
                }
            // The density of a value about a shifted mean is that of zero about the remaining residual.
            loss.negativeLogLikelihood -= distribution.logDensity(0)
            loss.squares += distribution.mean * distribution.mean
        }
        return loss
    }
}
