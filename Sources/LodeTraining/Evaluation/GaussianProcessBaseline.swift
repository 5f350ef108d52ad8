internal import Foundation
internal import LodeModels
public import LodeNumerics

/// A Gaussian process for each channel by itself: what a careful person would fit without a neural network.
///
/// Values about the training mean, in units of the training deviation and model time, are a Matérn-3/2 process seen
/// through noise; its three parameters maximise the likelihood of the training series.
public struct GaussianProcessBaseline: Sendable, Hashable {
    /// The name of the method in reports.
    public static let method = "gaussian-process"
    /// The most values of a channel that parameters are fitted to; more hardly move them.
    static let mostValues = 4_096

    /// The process of each channel, `[C]`.
    public let processes: [MaternProcess]
    private let normalization: Normalization

    /// Fits the channels to training series.
    public init(training: [ChannelSeries], normalization: Normalization, pool: ThreadPool) {
        self.normalization = normalization
        processes = pool.map(normalization.channelMeans.count) { channel, _ in
            var parts: [(times: [Double], values: [Double])] = []
            var count = 0
            for series in training where count < Self.mostValues {
                let part = Self.values(
                    of: series, channel: channel, origin: normalization.origin(of: series),
                    normalization: normalization)
                guard !part.times.isEmpty else { continue }
                parts.append(part)
                count += part.times.count
            }
            return Self.fitted(parts)
        }
    }

    /// One channel of a series, in normalised values and model time.
    private static func values(
        of series: ChannelSeries, channel: Int, origin: Double, normalization: Normalization
    ) -> (times: [Double], values: [Double]) {
        let channels = normalization.channelMeans.count
        let observed = series.times.indices.filter { series.mask[$0 * channels + channel] }
        return (
            observed.map { normalization.modelTime(series.times[$0], origin: origin) },
            observed.map { index in
                (series.values[index * channels + channel] - normalization.channelMeans[channel])
                    / normalization.channelDeviations[channel]
            }
        )
    }

    private static func fitted(_ parts: [(times: [Double], values: [Double])]) -> MaternProcess {
        func objective(_ process: MaternProcess) -> Double {
            parts.reduce(0) { $0 - process.logLikelihood(times: $1.times, values: $1.values) }
        }
        let start = MaternProcess(deviation: 1, lengthScale: 1, noise: 0.3)
        var best = (process: start, value: Double.infinity)
        for lengthScale in [0.1, 1, 10] {
            let found = CompassSearch.minimum(
                from: MaternProcess(deviation: 1, lengthScale: lengthScale, noise: 0.3), step: 1,
                isSensible: { $0.noise >= 1e-4 && $0.deviation <= 1e3 && (1e-4...1e4).contains($0.lengthScale) },
                of: objective)
            if found.value < best.value { best = found }
        }
        return best.process
    }

    /// The distributions of one channel at some times, given what was seen of a series.
    public func predict(
        channel: Int, at times: [Double], seen: ChannelSeries, origin: Double
    ) -> [PredictiveDistribution] {
        let process = processes[channel]
        let known = Self.values(of: seen, channel: channel, origin: origin, normalization: normalization)
        let conditional = process.conditional(
            times: known.times, values: [known.values],
            at: times.map { normalization.modelTime($0, origin: origin) })
        let (mean, unit) = (normalization.channelMeans[channel], normalization.channelDeviations[channel])
        return times.indices.map { index in
            let variance = conditional.variances[index] + process.noise * process.noise
            return .gaussian(
                means: [mean + unit * conditional.means[0][index]], deviation: unit * variance.squareRoot())
        }
    }
}
