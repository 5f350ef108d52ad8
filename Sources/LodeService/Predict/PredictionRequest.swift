import LodeDomain

/// What a person asks about one series.
public struct PredictionRequest: Hashable, Sendable {
    /// An observation sent along with the question.
    public struct Observation: Hashable, Sendable, Codable {
        /// The time, as the dataset counts it.
        public var time: TimeValue
        /// The measured quantity.
        public var channel: String
        /// The value.
        public var value: Double

        /// An observation.
        public init(time: TimeValue, channel: String, value: Double) {
            self.time = time
            self.channel = channel
            self.value = value
        }
    }

    /// The model that answers: a dataset, or as ``ModelReference`` reads it, such as `co2@candidate`.
    public var dataset: String
    /// The number of the model version, where `dataset` names none; nil for the one in production, else the latest.
    public var version: Int?
    /// A stored series to ask about; nil where observations are sent along.
    public var series: String?
    /// The observations of a series that is not stored; nothing of them is kept.
    public var observations: [Observation]?
    /// Facts of the series that is not stored, by name.
    public var statics: [String: Double]?
    /// The times to answer at, in any order.
    public var times: PredictionTimes
    /// Only observations up to and including this time are used; nil for all.
    public var asOf: TimeValue?
    /// The quantiles wanted, in (0, 1), ascending.
    public var quantiles: [Double]
    /// Central intervals wanted, in percent: 80 lies between the quantiles 0.1 and 0.9.
    public var levels: [Double] = []
    /// How many posterior samples the answer averages over.
    public var samples: Int
    /// How many sample paths are wanted, at most ``samples``.
    public var paths = 0
    /// Whether the answer is of what would be measured, calibrated; else of what measurements vary about.
    public var noise = true
    /// Whether the latent states are wanted too.
    public var states = false
    /// Whether each observation used is to be judged by the others.
    public var anomalies = false
    /// Decides the posterior samples; the same seed gives the same answer.
    public var seed: UInt64
    /// The relative tolerance that trajectories are solved to; nil for the model's own, which is finer than any band.
    public var tolerance: Double?

    /// How the answer is to be worked out.
    var settings: ForecastSettings {
        ForecastSettings(sampleCount: samples, seed: seed, relativeTolerance: tolerance)
    }

    /// The quantiles of an 80 % band and its median.
    public static let defaultQuantiles = [0.1, 0.5, 0.9]
    /// Enough that the band's edges are steady to about a tenth of its width.
    public static let defaultSamples = 64

    /// A question.
    public init(
        dataset: String, version: Int? = nil, series: String? = nil, observations: [Observation]? = nil,
        statics: [String: Double]? = nil, times: [TimeValue], asOf: TimeValue? = nil,
        quantiles: [Double] = defaultQuantiles, samples: Int = defaultSamples, seed: UInt64 = 1
    ) {
        self.dataset = dataset
        self.version = version
        self.series = series
        self.observations = observations
        self.statics = statics
        self.times = .list(times)
        self.asOf = asOf
        self.quantiles = quantiles
        self.samples = samples
        self.seed = seed
    }
}

extension PredictionRequest: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case dataset, model, version, series, observations, statics, times, asOf, quantiles, levels, samples, paths,
            noise
        case states, anomalies, seed, tolerance
    }

    /// Reads a question; `dataset` or `model`, `times`, and one of `series` and `observations` are required.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(from: container, series: try container.decodeIfPresent(String.self, forKey: .series))
    }

    /// Reads everything but the series.
    init(from container: KeyedDecodingContainer<CodingKeys>, series: String?) throws {
        self.init(
            dataset: try Self.model(in: container),
            version: try container.decodeIfPresent(Int.self, forKey: .version), series: series,
            observations: try container.decodeIfPresent([Observation].self, forKey: .observations),
            statics: try container.decodeIfPresent([String: Double].self, forKey: .statics), times: [],
            asOf: try container.decodeIfPresent(TimeValue.self, forKey: .asOf),
            quantiles: try container.decodeIfPresent([Double].self, forKey: .quantiles) ?? Self.defaultQuantiles,
            samples: try container.decodeIfPresent(Int.self, forKey: .samples) ?? Self.defaultSamples,
            seed: try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 1)
        times = try container.decode(PredictionTimes.self, forKey: .times)
        levels = try container.decodeIfPresent([Double].self, forKey: .levels) ?? []
        paths = try container.decodeIfPresent(Int.self, forKey: .paths) ?? 0
        noise = try container.decodeIfPresent(Bool.self, forKey: .noise) ?? true
        states = try container.decodeIfPresent(Bool.self, forKey: .states) ?? false
        anomalies = try container.decodeIfPresent(Bool.self, forKey: .anomalies) ?? false
        tolerance = try container.decodeIfPresent(Double.self, forKey: .tolerance)
    }

    /// Writes the question as it is read.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(dataset, forKey: .dataset)
        try container.encodeIfPresent(version, forKey: .version)
        try container.encodeIfPresent(series, forKey: .series)
        try container.encodeIfPresent(observations, forKey: .observations)
        try container.encodeIfPresent(statics, forKey: .statics)
        try container.encode(times, forKey: .times)
        try container.encodeIfPresent(asOf, forKey: .asOf)
        try container.encode(quantiles, forKey: .quantiles)
        try container.encode(levels, forKey: .levels)
        try container.encode(samples, forKey: .samples)
        try container.encode(paths, forKey: .paths)
        try container.encode(noise, forKey: .noise)
        try container.encode(states, forKey: .states)
        try container.encode(anomalies, forKey: .anomalies)
        try container.encode(seed, forKey: .seed)
        try container.encodeIfPresent(tolerance, forKey: .tolerance)
    }

    /// `model` and `dataset` are two words for the same.
    private static func model(in container: KeyedDecodingContainer<CodingKeys>) throws -> String {
        guard let model = try container.decodeIfPresent(String.self, forKey: .model) else {
            return try container.decode(String.self, forKey: .dataset)
        }
        guard try container.decodeIfPresent(String.self, forKey: .dataset) == nil else {
            throw DecodingError.dataCorruptedError(
                forKey: .model, in: container, debugDescription: "either “model” or “dataset”, and not both")
        }
        return model
    }
}

/// One question, or the same one about several series.
public struct PredictionOrder: Hashable, Sendable, Decodable {
    /// A question for each series, in the order named.
    public var questions: [PredictionRequest]
    /// Whether the series came as a list, so that the answers do too.
    public var isList: Bool

    /// The most series in one order.
    public static let mostSeries = 1000

    /// Questions.
    public init(questions: [PredictionRequest], isList: Bool) {
        self.questions = questions
        self.isList = isList
    }

    /// Reads a question whose `series` is a name or a list of names.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: PredictionRequest.CodingKeys.self)
        let container = try decoder.container(keyedBy: PredictionRequest.CodingKeys.self)
        do {
            let series = try container.decodeIfPresent(String.self, forKey: .series)
            self.init(questions: [try PredictionRequest(from: container, series: series)], isList: false)
        } catch DecodingError.typeMismatch(let type, _) where type == String.self {
            let names = try container.decode([String].self, forKey: .series)
            guard (1...Self.mostSeries).contains(names.count) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .series, in: container, debugDescription: "1 to \(Self.mostSeries) names")
            }
            var question = try PredictionRequest(from: container, series: names[0])
            self.init(
                questions: names.map { name in
                    question.series = name
                    return question
                }, isList: true)
        }
    }
}
