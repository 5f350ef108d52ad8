public import LodeDomain
internal import Synchronization

/// Answers what a series was or will be at any time.
public struct PredictionService: Sendable {
    /// The most times in one question.
    public static let mostTimes = 100_000
    /// The most posterior samples in one question.
    public static let mostSamples = 1000

    /// The relative tolerances that may be asked for: single precision knows nothing finer.
    public static let tolerances = 1e-6...0.1

    /// How many versions are tried in the place of one that is damaged.
    private static let mostSubstitutes = 3

    private let catalog: CatalogService
    private let versions: ForecasterCache
    private let prepared: PreparedSeriesCache
    private let settledMark: @Sendable () -> UInt64?
    private let resolved = ResolvedModels()

    /// Keeps up to `cachedModels` model versions in memory, and of series that they have read up to `cachedBytes`.
    ///
    /// `settledMark` gives a number that stays the same only as long as nothing that was read since has changed, or nil
    /// where that cannot be told.
    public init(
        store: any DatasetStore, models: any ModelRegistry, loader: any ForecasterLoader, cachedModels: Int = 8,
        cachedBytes: Int = 256 << 20, settledMark: @escaping @Sendable () -> UInt64? = { nil }
    ) {
        catalog = CatalogService(store: store, models: models)
        versions = ForecasterCache(models: models, loader: loader, capacity: cachedModels)
        prepared = PreparedSeriesCache(budget: cachedBytes)
        self.settledMark = settledMark
    }

    /// A number that stays the same only as long as every answer does; nil where that cannot be told.
    public var mark: UInt64? { settledMark() }

    /// The model's answer.
    ///
    /// The same version, observations and seed give the same answer, and that at one time does not depend on the other times
    /// asked for. The model works on a thread of its own.
    public func predict(_ request: PredictionRequest) async throws(ServiceError) -> PredictionAnswer {
        try request.validate()
        let mark = settledMark()
        let answering = try await answering(
            try ModelReference(parsing: request.dataset, number: request.version), mark: mark)
        let axis = answering.dataset.timeAxis
        var query = PredictionQuery(
            times: try request.times.times(on: axis), quantiles: request.modelQuantiles,
            settings: request.settings, pathCount: request.paths, includesNoise: request.noise,
            includesLatentStates: request.states)
        let asOf = try request.asOf?.time(on: axis, pointer: "/asOf")
        query.watchedUntil = asOf
        let subject = try await subject(request, answering, asOf: asOf, mark: mark)
        let answered = try await ask(query, about: subject, of: answering, judges: request.anomalies)
        return answer(request, answering, query, subject, answered)
    }

    /// Brings the model version that would answer into memory, or says why it cannot be; its number.
    public func load(_ reference: ModelReference) async throws(ServiceError) -> Int {
        try await answering(reference, mark: nil).version.number
    }

    /// The most times of all series of one order together.
    public static let mostTimesOfOrder = 1_000_000

    /// The answers to an order, in its order; all or none.
    public func predict(_ order: PredictionOrder) async throws(ServiceError) -> [PredictionAnswer] {
        var answers: [PredictionAnswer] = []
        var times = 0
        for (index, question) in order.questions.enumerated() {
            let answer: PredictionAnswer
            do throws(ServiceError) {
                answer = try await predict(question)
            } catch {
                guard case .invalidRequest("/series", let value, let expected) = error, order.isList else {
                    throw error
                }
                throw .invalidRequest(pointer: "/series/\(index)", value: value, expected: expected)
            }
            times += answer.times.count
            guard times <= Self.mostTimesOfOrder else {
                throw .invalidRequest(
                    pointer: "/series", value: "a list of \(order.questions.count)",
                    expected: "at most \(Self.mostTimesOfOrder) times of all series together; ask about fewer at once")
            }
            answers.append(answer)
        }
        return answers
    }

    /// What is asked about: observations, and what the model has made of them before.
    private struct Subject {
        var reading: SeriesReading
        var isStored: Bool
        var prepared: (any PreparedForecast)?
        var key: PreparedSeriesCache.Key?
        var mark: UInt64?
    }

    /// What a model said.
    private struct Answered {
        var prediction: Prediction
        var prepared: any PreparedForecast
        var judgements: [ObservationJudgement]?
        var seriesJudgement: SeriesJudgement?
    }

    private func ask(
        _ query: PredictionQuery, about subject: Subject, of answering: Answering, judges: Bool
    ) async throws(ServiceError) -> Answered {
        let observations = subject.reading.observations
        let forecaster = answering.forecaster
        let result = await BlockingWork.run { [known = subject.prepared] () -> Result<Answered, ForecastError> in
            do throws(ForecastError) {
                let prepared: any PreparedForecast
                if let known {
                    prepared = known
                } else {
                    prepared = try forecaster.prepare(observations, settings: query.settings)
                }
                var answered = Answered(prediction: try prepared.predict(query), prepared: prepared)
                if judges {
                    answered.judgements = try forecaster.judge(observations, settings: query.settings)
                    answered.seriesJudgement = try forecaster.judgeSeries(observations, settings: query.settings)
                }
                return .success(answered)
            } catch {
                return .failure(error)
            }
        }
        do {
            let answered = try result.get()
            if let key = subject.key {
                prepared.keep(
                    PreparedSeriesCache.Entry(
                        prepared: answered.prepared, reading: subject.reading, mark: subject.mark), under: key)
            }
            return answered
        } catch {
            throw .forecast(error)
        }
    }

    /// A version that is ready to answer.
    struct Answering {
        var dataset: Dataset
        var version: ModelVersion
        var metadata: ModelMetadata
        var forecaster: any Forecaster
        /// What to say of the choice.
        var warnings: [String] = []
    }

    private func answering(_ reference: ModelReference, mark: UInt64?) async throws(ServiceError) -> Answering {
        if let mark, let known = resolved.answering(reference, mark: mark) { return known }
        let dataset = try await catalog.dataset(named: reference.dataset)
        let answering = try await answering(reference, of: dataset)
        if let mark { resolved.keep(answering, reference, mark: mark) }
        return answering
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
                dataset: dataset, version: version, metadata: try ModelMetadata(of: version),
                forecaster: try await versions.forecaster(for: version))
        } catch {
            guard case .forecast(let fault) = error else { throw error }
            throw ServiceError(fault, version: version, of: dataset)
        }
    }

    private func subject(
        _ request: PredictionRequest, _ answering: Answering, asOf: Double?, mark: UInt64?
    ) async throws(ServiceError) -> Subject {
        let (dataset, forecaster) = (answering.dataset, answering.forecaster)
        guard let series = request.series else {
            let sent = try request.sentObservations(
                on: dataset.timeAxis, channels: forecaster.channels, inputs: forecaster.inputs, asOf: asOf)
            return Subject(
                reading: SeriesReading(observations: sent, watermark: DataWatermark(revision: 0)), isStored: false)
        }
        let key = PreparedSeriesCache.Key(
            version: answering.version.id, series: series, asOf: asOf, settings: request.settings)
        let known = prepared.entry(key)
        if let known, let mark, known.mark == mark {
            return Subject(
                reading: known.reading, isStored: true, prepared: known.prepared, key: key, mark: mark)
        }
        let reading = try await catalog.reading(
            of: series, in: dataset, channels: forecaster.channels, inputs: forecaster.inputs, asOf: asOf)
        // What was added to other series, or after `asOf`, does not change what the model makes of this one.
        let isSame = known?.reading.observations == reading.observations
        return Subject(
            reading: reading, isStored: true, prepared: isSame ? known?.prepared : nil, key: key, mark: mark)
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
}

// MARK: - What is told

extension PredictionService {
    private func answer(
        _ request: PredictionRequest, _ answering: Answering, _ query: PredictionQuery, _ subject: Subject,
        _ answered: Answered
    ) -> PredictionAnswer {
        let (dataset, forecaster, prediction) = (answering.dataset, answering.forecaster, answered.prediction)
        let observations = subject.reading.observations
        let used = observations.points.count { $0.channel < forecaster.channels.count }
        let (scale, unit): (Double, String?) =
            switch dataset.timeAxis {
            case .numeric(let unit): (1, unit)
            case .dateTime: (1e-6, "s")
            }
        return PredictionAnswer(
            dataset: dataset.name, modelVersion: answering.version.number, series: request.series, asOf: request.asOf,
            dataRevision: subject.isStored && request.asOf == nil ? subject.reading.watermark.revision : nil,
            observationsUsed: used,
            seed: request.seed, samples: request.samples, noise: request.noise, tolerance: request.tolerance,
            times: query.times.map { TimeValue($0, on: dataset.timeAxis) }, regimes: prediction.regimes,
            distances: prediction.distances.map { $0.map { $0 * scale } },
            distancesBeyondTraining: prediction.distancesBeyondTraining.map { $0 * scale }, distanceUnit: unit,
            intensities: prediction.intensities.map { $0.map { $0 / scale } }, outcome: prediction.outcome,
            nextObservation: prediction.nextObservation.map { next in
                PredictionAnswer.NextObservation(next, request: request, query: query, axis: dataset.timeAxis)
            }, latentStates: prediction.latentStates,
            anomalies: answered.judgements.map { judgements in
                judgements.map { judgement in
                    PredictionAnswer.Anomaly(
                        time: TimeValue(judgement.time, on: dataset.timeAxis),
                        channel: forecaster.channels[judgement.channel], value: judgement.value,
                        expected: judgement.median, tailProbability: judgement.tailProbability)
                }
            },
            seriesAnomaly: answered.seriesJudgement.map { judgement in
                PredictionAnswer.SeriesAnomaly(
                    logDensity: judgement.logDensity, rank: judgement.rank, references: judgement.referenceCount)
            },
            coverage: PredictionAnswer.Coverage(answering.metadata.evaluation),
            channels: prediction.channels.map { PredictionAnswer.Channel($0, request: request, query: query) },
            warnings: answering.warnings + Self.inputWarnings(observations, forecaster, times: query.times)
                + Self.warnings(prediction, observationsUsed: used, answering.metadata))
    }
}

extension PredictionAnswer.NextObservation {
    fileprivate init(
        _ next: Prediction.NextObservation, request: PredictionRequest, query: PredictionQuery, axis: TimeAxis
    ) {
        let byQuantile = Dictionary(uniqueKeysWithValues: zip(query.quantiles, next.quantiles))
        self.init(
            after: TimeValue(next.start, on: axis), mean: next.mean.map { TimeValue($0, on: axis) },
            quantiles: Dictionary(
                uniqueKeysWithValues: request.quantiles.map { quantile in
                    ("\(quantile)", (byQuantile[quantile] ?? nil).map { TimeValue($0, on: axis) })
                }))
    }
}

extension PredictionAnswer.Channel {
    fileprivate init(
        _ forecast: Prediction.ChannelForecast, request: PredictionRequest, query: PredictionQuery
    ) {
        func rounded(_ values: [Double]) -> [Double] { values.map(NumberBytes.rounded) }
        let byQuantile = Dictionary(uniqueKeysWithValues: zip(query.quantiles, forecast.quantiles.map(rounded)))
        func quantile(_ probability: Double) -> [Double] { byQuantile[probability] ?? [] }
        self.init(
            channel: forecast.channel, median: quantile(0.5), mean: rounded(forecast.mean),
            standardDeviation: rounded(forecast.standardDeviation),
            quantiles: Dictionary(uniqueKeysWithValues: request.quantiles.map { ("\($0)", quantile($0)) }),
            intervals: request.levels.isEmpty
                ? nil
                : Dictionary(
                    uniqueKeysWithValues: request.levels.map { level in
                        let interval = PredictionAnswer.Interval(
                            lower: quantile(PredictionRequest.lowerEnd(of: level)),
                            upper: quantile(PredictionRequest.upperEnd(of: level)))
                        return (PredictionRequest.key(of: level), interval)
                    }),
            paths: request.paths > 0 ? forecast.paths.map(rounded) : nil)
    }
}

extension PredictionAnswer.Coverage {
    fileprivate init(_ report: EvaluationReport) {
        func measured(_ regime: EvaluationReport.Regime?) -> [String: Double]? {
            guard let score = regime?.scores.first else { return nil }
            let shares = [("50", score.coverage50), ("80", score.coverage80), ("95", score.coverage95)]
            let known = shares.compactMap { key, share in share.map { (key, $0) } }
            return known.isEmpty ? nil : Dictionary(uniqueKeysWithValues: known)
        }
        self.init(interpolation: measured(report.interpolation), extrapolation: measured(report.extrapolation))
    }
}

/// The versions that references meant when the database was last looked at.
private final class ResolvedModels: Sendable {
    private struct State {
        var mark: UInt64 = 0
        var known: [ModelReference: PredictionService.Answering] = [:]
    }

    private let state = Mutex(State())

    func answering(_ reference: ModelReference, mark: UInt64) -> PredictionService.Answering? {
        state.withLock { $0.mark == mark ? $0.known[reference] : nil }
    }

    func keep(_ answering: PredictionService.Answering, _ reference: ModelReference, mark: UInt64) {
        state.withLock { state in
            if state.mark != mark { state = State(mark: mark) }
            state.known[reference] = answering
        }
    }
}
