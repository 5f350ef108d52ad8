internal import Foundation
public import LodeDomain
internal import LodeModels
public import LodeNumerics
internal import LodeService
internal import LodeSolvers
internal import LodeTraining

/// Loads latent ODE versions from the registry.
public struct LatentForecasterLoader: ForecasterLoader {
    private let instructionSet: InstructionSet
    private let pool: ThreadPool

    /// A loader whose models run on `pool`.
    public init(instructionSet: InstructionSet, pool: ThreadPool) {
        self.instructionSet = instructionSet
        self.pool = pool
    }

    /// Reads weights and metadata.
    public func forecaster(
        for version: ModelVersion, weights: [UInt8]
    ) throws(ForecastError) -> any Forecaster {
        let (model, document) = try ModelDocument.trainedModel(of: version, weights: weights)
        return LatentForecaster(
            model: model.solved(
                relativeTolerance: LatentForecaster.relativeTolerance,
                absoluteTolerance: LatentForecaster.absoluteTolerance), channels: document.metadata.channels,
            inputs: document.metadata.inputs ?? [],
            kernels: Kernels(instructionSet), pool: pool)
    }
}

/// A trained latent ODE as the service sees it.
struct LatentForecaster: Forecaster {
    /// How many times the trained horizon a query may reach: beyond it the dynamics have never been near a datum.
    static let reach = 20.0
    /// What answers are solved to, so that they differ from the exact solution by less than 10⁻⁴ of a channel's deviation:
    /// scripts/recompute-prediction measures it.
    static let relativeTolerance = 1e-5
    /// In units of the latent state.
    static let absoluteTolerance = 1e-6

    let model: TrainedModel
    let channels: [String]
    let inputs: [String]
    let kernels: Kernels<Float>
    let pool: ThreadPool

    func predict(
        from observations: SeriesObservations, query: PredictionQuery
    ) throws(ForecastError) -> Prediction {
        let context = ChannelSeries(observations, channels: channels.count, inputs: inputs.count)
        let (queries, places, newest) = queries(context, times: query.times)
        let limit = Self.reach * max(model.normalization.trainedHorizon, Normalization.modelSpan)
        let modelTimes = zip(query.times, places).map { time, place in
            model.normalization.modelTime(time, origin: queries[place.query].origin)
        }
        for (time, modelTime) in zip(query.times, modelTimes) where !(abs(modelTime) <= limit) {
            throw .timeOutOfReach(time: time)
        }
        let answers: [PredictiveSeries]
        do {
            answers = try model.predict(
                queries, sampleCount: query.sampleCount, seed: query.seed, kernels: kernels, pool: pool)
        } catch {
            throw .solveFailed(time: query.times.max() ?? 0, outcome: "\(error)")
        }
        let answer = PredictiveSeries(merging: answers, places: places, newest: newest)
        if let failure = answer.outcomes.first(where: { $0 != .completed }) {
            throw .solveFailed(time: query.times.max() ?? 0, outcome: "\(failure)")
        }
        var prediction = Prediction(
            channels: channels.indices.map { channel in
                forecast(channel, answer: answer, query: query)
            },
            regimes: query.times.map { time in
                guard let first = context.times.first, let last = context.times.last else { return .extrapolation }
                return time >= first && time <= last ? .interpolation : .extrapolation
            },
            distances: query.times.map { Self.distance(from: $0, to: context.times) },
            distancesBeyondTraining: modelTimes.map { modelTime in
                let beyond = max(-modelTime, modelTime - model.normalization.trainedHorizon, 0)
                return beyond * model.normalization.timeUnit
            })
        if model.model.configuration.intensity != nil { prediction.intensities = answer.intensities }
        if let outcome = model.outcome, let value = answer.outcome {
            prediction.outcome = Prediction.Outcome(
                name: outcome.name, value: value, isProbability: outcome.target == .probability)
        }
        return prediction
    }

    /// The questions that a query comes to, one for a model of whole series; where each time is answered; and which question
    /// is about the newest observations.
    private func queries(
        _ context: ChannelSeries, times: [Double]
    ) -> (queries: [SeriesQuery], places: [(query: Int, position: Int)], newest: Int) {
        if let windows = model.normalization.windows {
            return windows.queries(context, times: times, normalization: model.normalization)
        }
        var origin = model.normalization.origin(of: context)
        if context.times.isEmpty, model.normalization.timeOrigin == .firstObservation { origin = times.min() ?? 0 }
        return ([SeriesQuery(context: context, origin: origin, times: times)], times.indices.map { (0, $0) }, 0)
    }

    private func forecast(_ channel: Int, answer: PredictiveSeries, query: PredictionQuery)
        -> Prediction.ChannelForecast
    {
        let distributions = query.times.indices.map { answer.distributions[$0 * channels.count + channel] }
        var quantiles: [[Double]] = []
        for probability in query.quantiles {
            let values = distributions.map { $0.quantile(probability) }
            // Each is exact to some 10⁻⁹ of a deviation: two that lie closer must still not cross.
            quantiles.append(quantiles.last.map { zip($0, values).map(max) } ?? values)
        }
        return Prediction.ChannelForecast(
            channel: channels[channel], mean: distributions.map(\.mean),
            standardDeviation: distributions.map(\.standardDeviation), quantiles: quantiles)
    }

    /// The distance to the nearest of ascending `times`; nil where there is none.
    static func distance(from time: Double, to times: [Double]) -> Double? {
        times.isEmpty ? nil : times.distance(to: time)
    }
}
