internal import Foundation
internal import LodeDomain
internal import LodeModels
internal import LodeNumerics
internal import LodeSolvers
internal import LodeTraining
internal import Synchronization

/// A series that a latent ODE has read, window by window where the model has windows.
final class LatentPreparedForecast: PreparedForecast {
    private let forecaster: LatentForecaster
    private let context: ChannelSeries
    private let settings: ForecastSettings
    /// The windows asked about so far; one without windows.
    private let windows = Mutex<[WindowKey: PreparedSeries]>([:])

    /// What tells windows of one series apart.
    private struct WindowKey: Hashable {
        var origin: Double
        var first: Double?
        var count: Int
    }

    init(_ context: ChannelSeries, of forecaster: LatentForecaster, settings: ForecastSettings) {
        self.context = context
        self.forecaster = forecaster
        self.settings = settings
    }

    var byteCount: Int {
        windows.withLock { $0.values.reduce(0) { $0 + $1.byteCount } } + context.times.count * 16
    }

    func predict(_ query: PredictionQuery) throws(ForecastError) -> Prediction {
        let answer = try series(at: query.times, includesNoise: query.includesNoise)
        let channels = forecaster.pool.map(forecaster.channels.count) { channel, _ in
            forecast(channel, answer: answer, query: query)
        }
        let modelTimes = placed(query.times).modelTimes
        let normalization = forecaster.model.normalization
        var prediction = Prediction(
            channels: channels,
            regimes: query.times.map { time in
                guard let first = context.times.first, let last = context.times.last else { return .extrapolation }
                return time >= first && time <= last ? .interpolation : .extrapolation
            },
            distances: query.times.map { Self.distance(from: $0, to: context.times) },
            distancesBeyondTraining: modelTimes.map { modelTime in
                max(-modelTime, modelTime - normalization.trainedHorizon, 0) * normalization.timeUnit
            })
        if forecaster.model.model.configuration.intensity != nil {
            prediction.intensities = answer.intensities
            prediction.nextObservation = try nextObservation(query)
        }
        if let outcome = forecaster.model.outcome, let value = answer.outcome {
            prediction.outcome = Prediction.Outcome(
                name: outcome.name, value: value, isProbability: outcome.target == .probability)
        }
        if query.includesLatentStates { prediction.latentStates = try latentStates(query.times) }
        return prediction
    }

    /// The distributions at times, or the first reason why there are none.
    func series(at times: [Double], includesNoise: Bool) throws(ForecastError) -> PredictiveSeries {
        let (queries, places, newest, modelTimes) = placed(times)
        let limit =
            LatentForecaster.reach * max(forecaster.model.normalization.trainedHorizon, Normalization.modelSpan)
        for (time, modelTime) in zip(times, modelTimes) where !(abs(modelTime) <= limit) {
            throw .timeOutOfReach(time: time)
        }
        for query in queries {
            // Times ascend: the outermost are the farthest.
            for time in [query.context.times.first, query.context.times.last].compactMap(\.self)
            where !(abs(forecaster.model.normalization.modelTime(time, origin: query.origin)) <= limit) {
                throw .timeOutOfReach(time: time)
            }
        }
        var answers: [PredictiveSeries] = []
        do throws(SolveError) {
            for query in queries {
                answers.append(try prepared(query).predict(query.times, includesNoise: includesNoise))
            }
        } catch {
            throw .solveFailed(time: times.max() ?? 0, outcome: "\(error)")
        }
        let answer = PredictiveSeries(merging: answers, places: places, newest: newest)
        if let failure = answer.outcomes.first(where: { $0 != .completed }) {
            throw .solveFailed(time: times.max() ?? 0, outcome: "\(failure)")
        }
        return answer
    }

    /// The questions that times come to, one for a model of whole series; where each time is answered; and which question is
    /// about the newest observations.
    private func placed(
        _ times: [Double]
    ) -> (queries: [SeriesQuery], places: [(query: Int, position: Int)], newest: Int, modelTimes: [Double]) {
        let normalization = forecaster.model.normalization
        let queries: [SeriesQuery]
        let places: [(query: Int, position: Int)]
        let newest: Int
        if let windows = normalization.windows {
            (queries, places, newest) = windows.queries(context, times: times, normalization: normalization)
        } else {
            var origin = normalization.origin(of: context)
            if context.times.isEmpty, normalization.timeOrigin == .firstObservation { origin = times.min() ?? 0 }
            queries = [SeriesQuery(context: context, origin: origin, times: times)]
            places = times.indices.map { (0, $0) }
            newest = 0
        }
        let modelTimes = zip(times, places).map { time, place in
            normalization.modelTime(time, origin: queries[place.query].origin)
        }
        return (queries, places, newest, modelTimes)
    }

    /// The question about the newest observations.
    func newestQuery(at time: Double) -> SeriesQuery {
        let (queries, _, newest, _) = placed([time])
        return queries[newest]
    }

    private func prepared(_ query: SeriesQuery) -> PreparedSeries {
        let key = WindowKey(
            origin: query.origin, first: query.context.times.first, count: query.context.times.count)
        if let known = windows.withLock({ $0[key] }) { return known }
        // Prepared without the lock: two that ask at once make the same thing twice, and one is kept.
        let made = forecaster.model.prepare(
            query.context, origin: query.origin, sampleCount: settings.sampleCount, seed: settings.seed,
            kernels: forecaster.kernels,
            pool: forecaster.pool)
        return windows.withLock { windows in
            let kept = windows[key] ?? made
            windows[key] = kept
            return kept
        }
    }
}

// MARK: - What is told

extension LatentPreparedForecast {
    private func forecast(_ channel: Int, answer: PredictiveSeries, query: PredictionQuery)
        -> Prediction.ChannelForecast
    {
        let kernels = Kernels<Double>(forecaster.kernels.instructionSet)
        let distributions = answer.channels[channel]
        let moments = distributions.moments(kernels)
        var quantiles: [[Double]] = []
        for probability in query.quantiles {
            let values = distributions.quantiles(probability, kernels)
            // Each is exact to some 10⁻⁹ of a deviation: two that lie closer must still not cross.
            quantiles.append(quantiles.last.map { zip($0, values).map(max) } ?? values)
        }
        return Prediction.ChannelForecast(
            channel: forecaster.channels[channel], mean: moments.means,
            standardDeviation: moments.standardDeviations, quantiles: quantiles,
            paths: (0..<query.pathCount).map { path in
                self.path(path, channel: channel, distributions: distributions, times: query.times)
            })
    }

    /// One path: a posterior sample's, with noise of its own at each time.
    private func path(
        _ path: Int, channel: Int, distributions: ChannelDistributions, times: [Double]
    ) -> [Double] {
        let random = CounterRandom(seed: settings.seed, path: 0x7061_7468, UInt64(path), UInt64(channel), 0)
        return times.indices.map { position in
            let (time, distribution) = (times[position], distributions[position])
            // The deviate belongs to the time, not to its place in the question. Where one component stands for all
            // samples, a deviate of its own keeps a path on its side of the median.
            let deviate =
                distribution.components.count > 1
                ? random.normal(time.bitPattern) : random.normal(UInt64.max)
            return distribution.draw(component: path, deviate: deviate)
        }
    }

    /// When the next observation after the last one, or after the series was watched, is to be expected.
    private func nextObservation(_ query: PredictionQuery) throws(ForecastError) -> Prediction.NextObservation? {
        guard let last = context.times.last else { return nil }
        let start = max(query.watchedUntil ?? last, last)
        let (queries, _, newest, _) = placed([start])
        do {
            return try prepared(queries[newest]).nextObservation(from: start, probabilities: query.quantiles).map {
                Prediction.NextObservation(start: $0.start, mean: $0.mean, quantiles: $0.quantiles)
            }
        } catch {
            throw .solveFailed(time: start, outcome: "\(error)")
        }
    }

    private func latentStates(_ times: [Double]) throws(ForecastError) -> Prediction.LatentStates {
        let (queries, places, _, _) = placed(times)
        let latent = forecaster.model.model.configuration.latentDimension
        var states: [[Float]] = []
        do throws(SolveError) {
            for query in queries { states.append(try prepared(query).latentStates(query.times)) }
        } catch {
            throw .solveFailed(time: times.max() ?? 0, outcome: "\(error)")
        }
        var result = Prediction.LatentStates(mean: [], standardDeviation: [])
        for place in places {
            let rows = queries[place.query].times.count
            let moments = (0..<latent).map { component in
                let values = (0..<settings.sampleCount).map { sample in
                    Double(states[place.query][(sample * rows + place.position) * latent + component])
                }
                let mean = values.reduce(0, +) / Double(settings.sampleCount)
                let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(settings.sampleCount)
                return (mean, square.squareRoot())
            }
            result.mean.append(moments.map(\.0))
            result.standardDeviation.append(moments.map(\.1))
        }
        return result
    }

    /// The distance to the nearest of ascending `times`; nil where there is none.
    static func distance(from time: Double, to times: [Double]) -> Double? {
        times.isEmpty ? nil : times.distance(to: time)
    }
}
