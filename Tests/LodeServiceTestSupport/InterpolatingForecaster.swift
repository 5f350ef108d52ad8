internal import Foundation
package import LodeDomain
internal import LodeService
import Synchronization

/// Answers by straight lines between the observations, with a Gaussian band of deviation 1.
///
/// A small real model whose answers tests can work out by hand.
package struct InterpolatingForecaster: Forecaster {
    package let channels: [String]
    /// Asked for, and ignored.
    package let inputs: [String]

    package init(channels: [String], inputs: [String] = []) {
        self.channels = channels
        self.inputs = inputs
    }

    package func prepare(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> any PreparedForecast {
        Lines(channels: channels, observations: observations)
    }

    package func judge(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> [ObservationJudgement] {
        observations.points.filter { $0.channel < channels.count }.map { point in
            ObservationJudgement(
                time: point.time, channel: point.channel, value: point.value, median: 0,
                tailProbability: abs(point.value) > 3 ? 0.001 : 0.5)
        }
    }
}

/// Straight lines between the observations of one series.
private struct Lines: PreparedForecast {
    let channels: [String]
    let observations: SeriesObservations

    var byteCount: Int { 100 }

    func predict(_ query: PredictionQuery) throws(ForecastError) -> Prediction {
        for time in query.times where abs(time) > 1e17 { throw .timeOutOfReach(time: time) }
        for time in query.times where abs(time) > 1e16 { throw .solveFailed(time: time, outcome: "private detail") }
        let times = observations.points.filter { $0.channel < channels.count }.map(\.time)
        let forecasts = channels.indices.map { channel in
            let points = observations.points.filter { $0.channel == channel }
            let mean = query.times.map { Self.value(at: $0, points) }
            return Prediction.ChannelForecast(
                channel: channels[channel], mean: mean, standardDeviation: mean.map { _ in 1 },
                quantiles: query.quantiles.map { quantile in mean.map { $0 + Self.normalQuantile(quantile) } },
                paths: (0..<query.pathCount).map { path in mean.map { $0 + Double(path) } })
        }
        return Prediction(
            channels: forecasts,
            regimes: query.times.map { time in
                guard let first = times.first, let last = times.last else { return .extrapolation }
                return first <= time && time <= last ? .interpolation : .extrapolation
            },
            distances: query.times.map { time in times.map { abs($0 - time) }.min() },
            distancesBeyondTraining: query.times.map { max(0, $0 - 1000) })
    }

    private static func value(at time: Double, _ points: [SeriesObservations.Point]) -> Double {
        guard let first = points.first, let last = points.last else { return 0 }
        if time <= first.time { return first.value }
        for (left, right) in zip(points, points.dropFirst()) where time <= right.time {
            return left.value + (right.value - left.value) * (time - left.time) / (right.time - left.time)
        }
        return last.value
    }

    /// Exact at the three quantiles that the tests ask for, by the table of the standard normal distribution.
    private static func normalQuantile(_ quantile: Double) -> Double {
        quantile == 0.5 ? 0 : quantile < 0.5 ? -1.2816 : 1.2816
    }
}

/// Loads interpolators, and counts how often.
package final class InterpolatingLoader: ForecasterLoader {
    private let count = Mutex(0)

    package init() {}

    /// How often a model was loaded.
    package var loads: Int { count.withLock { $0 } }

    package func forecaster(for version: ModelVersion, weights: [UInt8]) throws(ForecastError) -> any Forecaster {
        count.withLock { $0 += 1 }
        guard weights == Array("weights".utf8) else { throw .corruptModel(detail: "other weights") }
        do {
            let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(version.metadata.utf8))
            return InterpolatingForecaster(channels: ["x", "y"], inputs: metadata.inputs ?? [])
        } catch {
            throw .corruptModel(detail: "\(error)")
        }
    }
}
