/// What is asked of a model about one series.
public struct PredictionQuery: Hashable, Sendable {
    /// The times to answer at, in the dataset's unit: finite, in any order, repeats allowed.
    public var times: [Double]
    /// The quantiles wanted, each in (0, 1), ascending and distinct.
    public var quantiles: [Double]
    /// How many posterior samples the answer averages over, at least 1.
    public var sampleCount: Int
    /// Decides the posterior samples; the same seed gives the same bytes.
    public var seed: UInt64

    /// A query.
    public init(times: [Double], quantiles: [Double], sampleCount: Int, seed: UInt64) {
        self.times = times
        self.quantiles = quantiles
        self.sampleCount = sampleCount
        self.seed = seed
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
        /// The predictive standard deviation, observation noise included.
        public var standardDeviation: [Double]
        /// `quantiles[q][t]`: quantile `q` of the query at time `t`; never decreasing in `q`.
        public var quantiles: [[Double]]

        /// A channel's forecast.
        public init(channel: String, mean: [Double], standardDeviation: [Double], quantiles: [[Double]]) {
            self.channel = channel
            self.mean = mean
            self.standardDeviation = standardDeviation
            self.quantiles = quantiles
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

    /// Answers `query` given the observations of a series, which may be empty.
    ///
    /// The points' channels index ``channels`` followed by ``inputs``. Blocks for milliseconds: call it off the event loop.
    func predict(
        from observations: SeriesObservations, query: PredictionQuery
    ) throws(ForecastError) -> Prediction
}

extension Forecaster {
    /// None.
    public var inputs: [String] { [] }
}

/// Brings a stored model version to life.
public protocol ForecasterLoader: Sendable {
    /// Reads weights (safetensors) and metadata; throws ``ForecastError/corruptModel(detail:)``.
    func forecaster(for version: ModelVersion, weights: [UInt8]) throws(ForecastError) -> any Forecaster
}
