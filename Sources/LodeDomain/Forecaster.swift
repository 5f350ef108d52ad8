/// How the answers about a series are worked out.
public struct ForecastSettings: Hashable, Sendable {
    /// How many posterior samples an answer averages over, at least 1.
    public var sampleCount: Int
    /// Decides the posterior samples; the same seed gives the same bytes.
    public var seed: UInt64
    /// The relative tolerance that trajectories are solved to, positive; nil for the model's own.
    public var relativeTolerance: Double?

    /// Settings.
    public init(sampleCount: Int, seed: UInt64, relativeTolerance: Double? = nil) {
        self.sampleCount = sampleCount
        self.seed = seed
        self.relativeTolerance = relativeTolerance
    }
}

/// What is asked of a model about one series.
public struct PredictionQuery: Hashable, Sendable {
    /// The times to answer at, in the dataset's unit: finite, in any order, repeats allowed.
    public var times: [Double]
    /// The quantiles wanted, each in (0, 1), ascending and distinct.
    public var quantiles: [Double]
    /// How the answer is worked out.
    public var settings: ForecastSettings
    /// How many sample paths are wanted, at most ``ForecastSettings/sampleCount``.
    public var pathCount: Int
    /// Whether the answer is of what would be measured; else of what measurements vary about.
    public var includesNoise: Bool
    /// Whether the latent states are wanted too.
    public var includesLatentStates: Bool
    /// Up to when the series was watched, in the dataset's unit; nil for its last observation.
    public var watchedUntil: Double?

    /// A query.
    public init(
        times: [Double], quantiles: [Double], settings: ForecastSettings, pathCount: Int = 0,
        includesNoise: Bool = true, includesLatentStates: Bool = false
    ) {
        self.times = times
        self.quantiles = quantiles
        self.settings = settings
        self.pathCount = pathCount
        self.includesNoise = includesNoise
        self.includesLatentStates = includesLatentStates
    }
}

/// How a time of a query lies to the observations that were used.
public enum PredictionRegime: String, Hashable, Sendable, Codable {
    /// Between the first and the last observation used, or at one of them.
    case interpolation
    /// Before the first or after the last observation used.
    case extrapolation
}

/// A model's answer for one series.
public struct Prediction: Hashable, Sendable {
    /// What is expected of one channel.
    public struct ChannelForecast: Hashable, Sendable {
        /// The channel's name.
        public var channel: String
        /// The predictive mean at each time of the query.
        public var mean: [Double]
        /// The predictive standard deviation; infinite where a heavy-tailed distribution has none.
        public var standardDeviation: [Double]
        /// `quantiles[q][t]`: quantile `q` of the query at time `t`; never decreasing in `q`.
        public var quantiles: [[Double]]
        /// `paths[p][t]`: the sample paths asked for.
        public var paths: [[Double]]

        /// A channel's forecast.
        public init(
            channel: String, mean: [Double], standardDeviation: [Double], quantiles: [[Double]], paths: [[Double]] = []
        ) {
            self.channel = channel
            self.mean = mean
            self.standardDeviation = standardDeviation
            self.quantiles = quantiles
            self.paths = paths
        }
    }

    /// One forecast for each channel of the model, in the model's order.
    public var channels: [ChannelForecast]
    /// The regime of each time of the query.
    public var regimes: [PredictionRegime]
    /// The distance in time from each time of the query to the nearest observation used; nil without observations.
    public var distances: [Double?]
    /// How far each time of the query lies outside the times that the model was trained on; 0 within them.
    public var distancesBeyondTraining: [Double]
    /// The rate of observation times at each time of the query, for each unit of the dataset's time; nil where the model
    /// does not know it.
    public var intensities: [Double]?
    /// What the model says of the series as a whole; nil where it was not trained to.
    public var outcome: Outcome?
    /// When the next observation is to be expected; nil where the model does not know a rate.
    public var nextObservation: NextObservation?
    /// The latent states; nil where they were not asked for.
    public var latentStates: LatentStates?

    /// When the next observation is to be expected, in the dataset's unit of time.
    public struct NextObservation: Hashable, Sendable {
        /// From when on it is waited for.
        public var start: Double
        /// The mean of its time; nil where it may lie further away than the model can tell.
        public var mean: Double?
        /// By when it has come with each of the query's probabilities; nil as the mean.
        public var quantiles: [Double?]

        /// An expectation.
        public init(start: Double, mean: Double?, quantiles: [Double?]) {
            self.start = start
            self.mean = mean
            self.quantiles = quantiles
        }
    }

    /// Latent states, averaged over posterior samples.
    public struct LatentStates: Hashable, Sendable, Codable {
        /// `mean[t][component]` at each time of the query.
        public var mean: [[Double]]
        /// Their standard deviations among the samples.
        public var standardDeviation: [[Double]]

        /// Latent states.
        public init(mean: [[Double]], standardDeviation: [[Double]]) {
            self.mean = mean
            self.standardDeviation = standardDeviation
        }
    }

    /// What is said of a series as a whole.
    public struct Outcome: Hashable, Sendable, Codable {
        /// The label's name.
        public var name: String
        /// The probability of 1, or the mean, in the label's own units.
        public var value: Double
        /// Whether it is a probability.
        public var isProbability: Bool

        /// An outcome.
        public init(name: String, value: Double, isProbability: Bool) {
            self.name = name
            self.value = value
            self.isProbability = isProbability
        }
    }

    /// An answer; with no `distancesBeyondTraining` all times count as trained on.
    public init(
        channels: [ChannelForecast], regimes: [PredictionRegime], distances: [Double?],
        distancesBeyondTraining: [Double]? = nil
    ) {
        self.channels = channels
        self.regimes = regimes
        self.distances = distances
        self.distancesBeyondTraining = distancesBeyondTraining ?? Array(repeating: 0, count: regimes.count)
    }
}

/// Why a model gave no answer.
public enum ForecastError: Error, Hashable, Sendable {
    /// The stored weights or metadata do not describe a model that this build can run.
    case corruptModel(detail: String)
    /// The solver did not reach the time asked for; `time` is in the dataset's unit.
    case solveFailed(time: Double, outcome: String)
    /// The time lies further from the training data than the model can follow.
    case timeOutOfReach(time: Double)
}

/// A model version in memory, ready to answer.
public protocol Forecaster: Sendable {
    /// The channels the model knows, in the order that `SeriesObservations.Point.channel` counts for it.
    var channels: [String] { get }

    /// The inputs that the model follows, which are known beforehand; in a query's observations they come after the
    /// channels, and reach as far into the future as they are known.
    var inputs: [String] { get }

    /// Reads the observations of a series, which may be empty.
    ///
    /// The points' channels index ``channels`` followed by ``inputs``. Blocks for milliseconds: call it off the event loop.
    func prepare(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> any PreparedForecast

    /// How each observation agrees with what the model expects there from the other ones, in their order; empty where the
    /// model cannot tell.
    ///
    /// Blocks for as long as some ten questions.
    func judge(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> [ObservationJudgement]

    /// How the series as a whole agrees with the model; nil where the model cannot tell.
    ///
    /// Blocks for as long as some questions.
    func judgeSeries(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> SeriesJudgement?
}

/// How a series as a whole agrees with a model.
public struct SeriesJudgement: Hashable, Sendable {
    /// The log-density of its values for each value, in nats and the data's units.
    public var logDensity: Double
    /// The share of the model's validation series that are less likely, near 0 for an anomaly; nil where theirs are not known.
    public var rank: Double?
    /// How many validation series there are.
    public var referenceCount: Int

    /// A judgement.
    public init(logDensity: Double, rank: Double?, referenceCount: Int) {
        self.logDensity = logDensity
        self.rank = rank
        self.referenceCount = referenceCount
    }
}

/// How one observation agrees with what was expected without it.
public struct ObservationJudgement: Hashable, Sendable {
    /// The time, in the dataset's unit.
    public var time: Double
    /// The index of the channel.
    public var channel: Int
    /// What was observed.
    public var value: Double
    /// The median of what was expected.
    public var median: Double
    /// The probability of a value at least as far out on either side: 1 for the median, near 0 for an anomaly.
    public var tailProbability: Double

    /// A judgement.
    public init(time: Double, channel: Int, value: Double, median: Double, tailProbability: Double) {
        self.time = time
        self.channel = channel
        self.value = value
        self.median = median
        self.tailProbability = tailProbability
    }
}

/// A series that a model has read.
///
/// What it answers about a time does not depend on what else is asked.
public protocol PreparedForecast: Sendable {
    /// About how many bytes it holds now; it may grow with what is asked.
    var byteCount: Int { get }

    /// Answers a query, whose settings are those of the preparation.
    ///
    /// Blocks for milliseconds: call it off the event loop.
    func predict(_ query: PredictionQuery) throws(ForecastError) -> Prediction
}

extension Forecaster {
    /// None.
    public var inputs: [String] { [] }

    /// Answers one query about observations that are not asked about again.
    public func predict(
        from observations: SeriesObservations, query: PredictionQuery
    ) throws(ForecastError) -> Prediction {
        try prepare(observations, settings: query.settings).predict(query)
    }

    /// Cannot tell.
    public func judge(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> [ObservationJudgement] { [] }

    /// Cannot tell.
    public func judgeSeries(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> SeriesJudgement? { nil }
}

/// Brings a stored model version to life.
public protocol ForecasterLoader: Sendable {
    /// Reads weights (safetensors) and metadata; throws ``ForecastError/corruptModel(detail:)``.
    func forecaster(for version: ModelVersion, weights: [UInt8]) throws(ForecastError) -> any Forecaster
}
