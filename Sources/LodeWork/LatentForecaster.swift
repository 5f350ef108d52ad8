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
            model: model.solvedAtLeast(
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
    /// Parts that observations are divided into, each to be judged by the others.
    private static let judgingFolds = 10

    let model: TrainedModel
    let channels: [String]
    let inputs: [String]
    let kernels: Kernels<Float>
    let pool: ThreadPool

    func prepare(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> any PreparedForecast {
        LatentPreparedForecast(
            ChannelSeries(observations, channels: channels.count, inputs: inputs.count), of: solved(settings),
            settings: settings)
    }

    /// The same, solved to the tolerance that the settings ask for.
    private func solved(_ settings: ForecastSettings) -> LatentForecaster {
        guard let tolerance = settings.relativeTolerance else { return self }
        return with(model.solved(relativeTolerance: tolerance, absoluteTolerance: 0.1 * tolerance))
    }

    private func with(_ model: TrainedModel) -> LatentForecaster {
        LatentForecaster(model: model, channels: channels, inputs: inputs, kernels: kernels, pool: pool)
    }

    func judge(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> [ObservationJudgement] {
        // The local correction would make the neighbours of an outlier look as odd as it does.
        let judge = with(model.withoutCorrection).solved(settings)
        var judgements: [ObservationJudgement?] = Array(repeating: nil, count: observations.points.count)
        // Every tenth time at once: its neighbours stay, so that a value is judged by those about it.
        let times = Set(observations.points.filter { $0.channel < channels.count }.map(\.time)).sorted()
        let folds = min(Self.judgingFolds, times.count)
        for fold in 0..<folds {
            let hidden = Set(stride(from: fold, to: times.count, by: folds).map { times[$0] })
            var seen = observations
            seen.points.removeAll { $0.channel < channels.count && hidden.contains($0.time) }
            let asked = hidden.sorted()
            let prepared = LatentPreparedForecast(
                ChannelSeries(seen, channels: channels.count, inputs: inputs.count), of: judge,
                settings: settings)
            let answer = try prepared.series(at: asked, includesNoise: true)
            let places = Dictionary(uniqueKeysWithValues: zip(asked, asked.indices))
            for (index, point) in observations.points.enumerated() where point.channel < channels.count {
                guard let place = places[point.time] else { continue }
                let distribution = answer[place, point.channel]
                judgements[index] = ObservationJudgement(
                    time: point.time, channel: point.channel, value: point.value, median: distribution.quantile(0.5),
                    tailProbability: distribution.tailProbability(point.value))
            }
        }
        return judgements.compactMap(\.self)
    }

    func judgeSeries(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> SeriesJudgement? {
        let series = ChannelSeries(observations, channels: channels.count, inputs: inputs.count)
        guard let last = series.times.last else { return nil }
        let query = LatentPreparedForecast(series, of: self, settings: settings).newestQuery(at: last)
        let density: Double?
        do {
            density = try solved(settings).model.logDensity(
                of: query.context, origin: query.origin, seed: settings.seed, kernels: kernels, pool: pool)
        } catch {
            throw .solveFailed(time: last, outcome: "\(error)")
        }
        guard let density, density.isFinite else { return nil }
        let references = model.seriesDensities
        let below = references.count { $0 < density }
        return SeriesJudgement(
            logDensity: density, rank: references.isEmpty ? nil : Double(below) / Double(references.count),
            referenceCount: references.count)
    }
}
