public import LodeDomain

/// Answers what a series was or will be at any time.
public struct PredictionService: Sendable {
    /// The most times in one question.
    public static let mostTimes = 100_000
    /// The most posterior samples in one question.
    public static let mostSamples = 1000

    /// How many versions are tried in the place of one that is damaged.
    private static let mostSubstitutes = 3

    private let catalog: CatalogService
    private let cache: ForecasterCache

    /// Keeps up to `cachedModels` model versions in memory.
    public init(
        store: any DatasetStore, models: any ModelRegistry, loader: any ForecasterLoader, cachedModels: Int = 8
    ) {
        catalog = CatalogService(store: store, models: models)
        cache = ForecasterCache(models: models, loader: loader, capacity: cachedModels)
    }

    /// The model's answer.
    ///
    /// The same version, observations and seed give the same answer. The model works on a thread of its own.
    public func predict(_ request: PredictionRequest) async throws(ServiceError) -> PredictionAnswer {
        try request.validate()
        let reference = try ModelReference(parsing: request.dataset, number: request.version)
        let dataset = try await catalog.dataset(named: reference.dataset)
        let answering = try await answering(reference, of: dataset)
        let (version, forecaster) = (answering.version, answering.forecaster)
        let query = PredictionQuery(
            times: try request.times(on: dataset.timeAxis), quantiles: request.quantilesWithMedian,
            sampleCount: request.samples, seed: request.seed)
        let asOf = try request.asOf?.time(on: dataset.timeAxis, pointer: "/asOf")
        let observations = try await observations(request, dataset, forecaster, asOf: asOf)

        let result = await BlockingWork.run { () -> Result<Prediction, ForecastError> in
            do throws(ForecastError) {
                return .success(try forecaster.predict(from: observations, query: query))
            } catch {
                return .failure(error)
            }
        }
        let prediction: Prediction
        do {
            prediction = try result.get()
        } catch {
            throw .forecast(error)
        }
        let used = observations.points.count { $0.channel < forecaster.channels.count }
        let warnings =
            answering.warnings + Self.inputWarnings(observations, forecaster, times: query.times)
            + Self.warnings(prediction, observationsUsed: used, answering.metadata)
        return answer(request, prediction, dataset, version, query, observationsUsed: used, warnings)
    }

    /// A version that is ready to answer.
    private struct Answering {
        var version: ModelVersion
        var metadata: ModelMetadata
        var forecaster: any Forecaster
        /// What to say of the choice.
        var warnings: [String] = []
    }

    /// The version that a reference means; where that one is damaged, the one before it, and a warning.
    ///
    /// A version that was asked for by its number has no substitute.
    private func answering(_ reference: ModelReference, of dataset: Dataset) async throws(ServiceError) -> Answering {
        let wanted = try await catalog.version(reference.selector, of: dataset)
        do {
            return try await answering(wanted, of: dataset)
        } catch {
            guard case .versionCorrupt = error else { throw error }
            let substitutes = try await catalog.substitutes(for: wanted, reference.selector, of: dataset)
            for version in substitutes.prefix(Self.mostSubstitutes) {
                do {
                    var answering = try await answering(version, of: dataset)
                    answering.warnings = ["\(error.message) Version \(version.number) answers in its place."]
                    return answering
                } catch .versionCorrupt {
                    continue
                }
            }
            throw error
        }
    }

    private func answering(_ version: ModelVersion, of dataset: Dataset) async throws(ServiceError) -> Answering {
        do throws(ServiceError) {
            return Answering(
                version: version, metadata: try ModelMetadata(of: version),
                forecaster: try await cache.forecaster(for: version))
        } catch {
            guard case .forecast(let fault) = error else { throw error }
            throw ServiceError(fault, version: version, of: dataset)
        }
    }

    private func observations(
        _ request: PredictionRequest, _ dataset: Dataset, _ forecaster: any Forecaster, asOf: Double?
    ) async throws(ServiceError) -> SeriesObservations {
        guard let series = request.series else {
            return try request.sentObservations(
                on: dataset.timeAxis, channels: forecaster.channels, inputs: forecaster.inputs, asOf: asOf)
        }
        var observations = try await catalog.observations(
            of: series, in: dataset, channels: forecaster.channels, asOf: asOf)
        guard !forecaster.inputs.isEmpty else { return observations }
        // What is known beforehand was known at `asOf` too.
        let known = try await catalog.observations(of: series, in: dataset, channels: forecaster.inputs, asOf: nil)
        observations.points += known.points.map { point in
            SeriesObservations.Point(
                time: point.time, channel: point.channel + forecaster.channels.count, value: point.value)
        }
        observations.points.sort { ($0.time, $0.channel) < ($1.time, $1.channel) }
        return observations
    }

    /// What to know where times lie beyond the last value of an input.
    private static func inputWarnings(
        _ observations: SeriesObservations, _ forecaster: any Forecaster, times: [Double]
    ) -> [String] {
        forecaster.inputs.enumerated().compactMap { index, name in
            let channel = forecaster.channels.count + index
            guard let last = observations.points.last(where: { $0.channel == channel }) else {
                return "The input “\(name)” is not known: its average over the training data is taken."
            }
            let beyond = times.count { $0 > last.time }
            return beyond == 0
                ? nil
                : "\(beyond) of \(times.count) times lie beyond the last value of the input “\(name)”, which holds from "
                    + "there on."
        }
    }

    private static func warnings(
        _ prediction: Prediction, observationsUsed: Int, _ metadata: ModelMetadata
    ) -> [String] {
        var warnings: [String] = []
        if observationsUsed == 0 {
            warnings.append("No observations were used: the answer is what the model expects of any series.")
        }
        let beyond = prediction.distancesBeyondTraining.count { $0 > 0 }
        if beyond > 0 {
            warnings.append(
                "\(beyond) of \(prediction.regimes.count) times lie beyond the times the model was trained on.")
        }
        for text in metadata.evaluation.losses + metadata.evaluation.warnings where !warnings.contains(text) {
            warnings.append(text)
        }
        return warnings
    }

    private func answer(
        _ request: PredictionRequest, _ prediction: Prediction, _ dataset: Dataset, _ version: ModelVersion,
        _ query: PredictionQuery, observationsUsed: Int, _ warnings: [String]
    ) -> PredictionAnswer {
        let channels = prediction.channels.map { forecast in
            let byQuantile = zip(query.quantiles, forecast.quantiles)
            let asked = byQuantile.filter { request.quantiles.contains($0.0) }.map { ("\($0.0)", $0.1) }
            return PredictionAnswer.Channel(
                channel: forecast.channel, median: byQuantile.first { $0.0 == 0.5 }?.1 ?? forecast.mean,
                mean: forecast.mean, standardDeviation: forecast.standardDeviation,
                quantiles: Dictionary(uniqueKeysWithValues: asked))
        }
        let (scale, unit): (Double, String?) =
            switch dataset.timeAxis {
            case .numeric(let unit): (1, unit)
            case .dateTime: (1e-6, "s")
            }
        return PredictionAnswer(
            dataset: dataset.name, modelVersion: version.number, series: request.series, asOf: request.asOf,
            observationsUsed: observationsUsed, seed: request.seed, samples: request.samples,
            times: query.times.map { TimeValue($0, on: dataset.timeAxis) }, regimes: prediction.regimes,
            distances: prediction.distances.map { $0.map { $0 * scale } },
            distancesBeyondTraining: prediction.distancesBeyondTraining.map { $0 * scale }, distanceUnit: unit,
            intensities: prediction.intensities.map { $0.map { $0 / scale } }, outcome: prediction.outcome,
            channels: channels, warnings: warnings)
    }
}
