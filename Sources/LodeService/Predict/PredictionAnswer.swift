public import LodeDomain

/// The answer about one series, as it is written on the wire.
public struct PredictionAnswer: Hashable, Sendable, Codable {
    /// What is expected of one channel, an entry for each time.
    public struct Channel: Hashable, Sendable, Codable {
        /// The channel's name.
        public var channel: String
        /// The predictive medians.
        public var median: [Double]
        /// The predictive means.
        public var mean: [Double]
        /// The predictive standard deviations.
        public var standardDeviation: [Double]
        /// The quantiles that were asked for, keyed by their number, such as `0.1`.
        public var quantiles: [String: [Double]]
        /// The central intervals that were asked for, keyed by their percentage, such as `80`; nil for none.
        public var intervals: [String: Interval]?
        /// `paths[p][t]`: the sample paths that were asked for; nil for none.
        public var paths: [[Double]]?
    }

    /// The ends of an interval at each time.
    public struct Interval: Hashable, Sendable, Codable {
        /// Where it begins.
        public var lower: [Double]
        /// Where it ends.
        public var upper: [Double]
    }

    /// How an observation agrees with what was expected without it.
    public struct Anomaly: Hashable, Sendable, Codable {
        /// When it was observed.
        public var time: TimeValue
        /// What was measured.
        public var channel: String
        /// What was observed.
        public var value: Double
        /// The median of what was expected from the other observations.
        public var expected: Double
        /// The probability of a value at least as far out on either side, near 0 for an anomaly.
        public var tailProbability: Double
    }

    /// How a series as a whole agrees with the model.
    public struct SeriesAnomaly: Hashable, Sendable, Codable {
        /// The log-density of its values for each value, in nats and the data's units.
        public var logDensity: Double
        /// The share of the model's validation series that are less likely, near 0 for an anomaly; nil where it is not known.
        public var rank: Double?
        /// How many validation series there are.
        public var references: Int
    }

    /// When the next observation is to be expected, by the rate of observations.
    public struct NextObservation: Hashable, Sendable, Codable {
        /// From when on it is waited for: the last observation used, or the cut that was asked for.
        public var after: TimeValue
        /// The mean of its time; nil where it may lie further away than the model can tell.
        public var mean: TimeValue?
        /// By when it has come with each probability asked for, keyed by its number; null as the mean.
        public var quantiles: [String: TimeValue?]
    }

    /// What the version's bands covered of held-out values, in each regime, keyed by their percentage; nil where nothing was
    /// measured.
    public struct Coverage: Hashable, Sendable, Codable {
        /// Between observations.
        public var interpolation: [String: Double]?
        /// Beyond the last.
        public var extrapolation: [String: Double]?
    }

    /// The dataset whose model answered.
    public var dataset: String
    /// The model version that answered.
    public var modelVersion: Int
    /// The stored series; nil where observations were sent along.
    public var series: String?
    /// The cut that was asked for.
    public var asOf: TimeValue?
    /// How often the dataset's observations had changed when they were read; nil where observations were sent along, and of an
    /// answer as of a time, which later observations do not change.
    public var dataRevision: Int64?
    /// How many observed values the answer is based on.
    public var observationsUsed: Int
    /// The seed of the posterior samples.
    public var seed: UInt64
    /// How many posterior samples were averaged over.
    public var samples: Int
    /// Whether the answer is of what would be measured, rather than of what measurements vary about.
    public var noise: Bool
    /// The relative tolerance that was asked for; nil for the model's own.
    public var tolerance: Double?
    /// The times, in the order asked.
    public var times: [TimeValue]
    /// How each time lies to the observations used.
    public var regimes: [PredictionRegime]
    /// From each time to the nearest observation used; null without observations.
    public var distances: [Double?]
    /// How far each time lies outside the times that the model was trained on; 0 within them.
    public var distancesBeyondTraining: [Double]
    /// The unit of both distances: that of the dataset, `s` for date-times, nil where none was told.
    public var distanceUnit: String?
    /// The rate of observations at each time, for each ``distanceUnit``; nil where the model does not know it.
    public var intensities: [Double]?
    /// What the model says of the series as a whole; nil where it was not trained to.
    public var outcome: Prediction.Outcome?
    /// When the next observation is to be expected; nil where the model does not know a rate.
    public var nextObservation: NextObservation?
    /// The latent states; nil where they were not asked for.
    public var latentStates: Prediction.LatentStates?
    /// Each observation used, judged by the others; nil where that was not asked for.
    public var anomalies: [Anomaly]?
    /// The series as a whole, judged by the model's density; nil where that was not asked for, or cannot be told.
    public var seriesAnomaly: SeriesAnomaly?
    /// What the version's bands covered when it was made.
    public var coverage: Coverage
    /// One entry for each channel of the model.
    public var channels: [Channel]
    /// What to know before trusting the answer; empty if nothing.
    public var warnings: [String]
}
