public import LodeDomain

/// Observations of one channel of a series, thinned for a plot.
public struct CurveDescription: Hashable, Sendable, Codable {
    /// Times, ascending.
    public var times: [TimeValue]
    /// The value at each time.
    public var values: [Double]
    /// How many observations the range holds.
    public var observations: Int

    /// The description of a curve.
    public init(_ curve: PlotCurve, axis: TimeAxis) {
        times = curve.times.map { TimeValue($0, on: axis) }
        values = curve.values
        observations = curve.observationCount
    }
}

/// Which observations are to be drawn.
public struct CurveRequest: Hashable, Sendable {
    /// The dataset's name.
    public var dataset: String
    /// The series' name.
    public var series: String
    /// The channel's name.
    public var channel: String
    /// The first time; nil is that of the first observation.
    public var from: TimeValue?
    /// The last time; nil is that of the last observation.
    public var to: TimeValue?
    /// Into how many parts the range is cut, such as pixels; each keeps its first, last, least and greatest observation.
    public var buckets: Int

    /// A request.
    public init(
        dataset: String, series: String, channel: String, from: TimeValue? = nil, to: TimeValue? = nil,
        buckets: Int = 1000
    ) {
        self.dataset = dataset
        self.series = series
        self.channel = channel
        self.from = from
        self.to = to
        self.buckets = buckets
    }
}
