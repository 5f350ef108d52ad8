internal import Foundation
internal import LodeModels
public import LodeNumerics
public import LodeSolvers

/// How well an intensity explains when series were observed.
public struct EventScore: Sendable, Hashable {
    /// Observation times that count: all but the first of each series.
    public var eventCount: Int
    /// The log likelihood of the times as an inhomogeneous Poisson process, in nats for each event, times in the
    /// dataset's unit.
    public var logLikelihood: Double
    /// The same of one constant rate for all series, that of the series judged.
    public var constantRateLogLikelihood: Double

    /// Judges a model with an intensity, given all observations of each series; nil where it has none, or no series has
    /// two times.
    ///
    /// - Throws: ``SolveError`` where a time is not finite.
    public init?(
        of model: TrainedModel, on series: [ChannelSeries], sampleCount: Int, seed: UInt64, kernels: Kernels<Float>,
        pool: ThreadPool
    ) throws(SolveError) {
        guard model.model.configuration.intensity != nil else { return nil }
        let usable = series.filter { ($0.times.last ?? 0) > ($0.times.first ?? 0) }
        let rules = usable.map { Quadrature(over: $0.times[0]...$0.times[$0.times.count - 1], panels: 16) }
        let predictions = try model.predict(
            zip(usable, rules).map { one, rule in
                SeriesQuery(
                    context: one, origin: model.normalization.origin(of: one),
                    times: Array(one.times.dropFirst()) + rule.nodes)
            }, sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
        var events = 0
        var sum = 0.0
        var span = 0.0
        for ((one, rule), prediction) in zip(zip(usable, rules), predictions) {
            let count = one.times.count - 1
            events += count
            span += one.times[count] - one.times[0]
            for index in 0..<count { sum += log(max(prediction.intensities[index], .leastNormalMagnitude)) }
            for (index, weight) in rule.weights.enumerated() { sum -= weight * prediction.intensities[count + index] }
        }
        guard events > 0 else { return nil }
        eventCount = events
        logLikelihood = sum / Double(events)
        constantRateLogLikelihood = log(Double(events) / span) - 1
    }
}
