public import LodeDomain

/// The answer about one series, as it is written on the wire.
public struct PredictionAnswer: Hashable, Sendable, Encodable {
    /// What is expected of one channel, an entry for each time.
    public struct Channel: Hashable, Sendable, Encodable {
        /// The channel's name.
        public var channel: String
        /// The predictive medians.
        public var median: [Double]
        /// The predictive means.
        public var mean: [Double]
        /// The predictive standard deviations, observation noise included.
        public var standardDeviation: [Double]
        /// The quantiles that were asked for, keyed by their number, such as `0.1`.
        public var quantiles: [String: [Double]]
    }

    /// The dataset whose model answered.
    public var dataset: String
    /// The model version that answered.
    public var modelVersion: Int
    /// The stored series; nil where observations were sent along.
    public var series: String?
    /// The cut that was asked for.
    public var asOf: TimeValue?
    /// How many observed values the answer is based on.
    public var observationsUsed: Int
    /// The seed of the posterior samples.
    public var seed: UInt64
    /// How many posterior samples were averaged over.
    public var samples: Int
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
    /// One entry for each channel of the model.
    public var channels: [Channel]
    /// What to know before trusting the answer; empty if nothing.
    public var warnings: [String]
}
