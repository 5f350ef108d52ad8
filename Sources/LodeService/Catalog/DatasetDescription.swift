public import LodeDomain

/// A dataset as it is shown.
public struct DatasetDescription: Hashable, Sendable, Codable {
    /// A channel as it is shown.
    public struct ChannelDescription: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// The unit of its values, if it was told.
        public var unit: String?
        /// What its values are to a model: `measured`, or `input` where they are known for the future too.
        public var kind: ChannelKind
    }

    /// Its name.
    public var name: String
    /// How it counts time.
    public var timeAxis: TimeAxisDescription
    /// Words to find it by.
    public var tags: [String]
    /// Its channels, by name.
    public var channels: [ChannelDescription]
    /// How many series it has.
    public var series: Int
    /// How many observed values.
    public var observations: Int
    /// The first time observed.
    public var firstTime: TimeValue?
    /// The last time observed.
    public var lastTime: TimeValue?
    /// The number of the newest model version; nil while untrained.
    public var latestModelVersion: Int?
    /// When it was created, in RFC 3339.
    public var createdAt: String

    /// The description of a dataset.
    public init(_ summary: DatasetSummary, latestModelVersion: Int?) {
        let axis = summary.dataset.timeAxis
        name = summary.dataset.name
        tags = summary.dataset.tags
        timeAxis = TimeAxisDescription(axis)
        channels = summary.channels.map { ChannelDescription(name: $0.name, unit: $0.unit, kind: $0.kind) }
        series = summary.seriesCount
        observations = summary.observationCount
        firstTime = summary.timeRange.map { TimeValue($0.lowerBound, on: axis) }
        lastTime = summary.timeRange.map { TimeValue($0.upperBound, on: axis) }
        self.latestModelVersion = latestModelVersion
        createdAt = RFC3339.string(microseconds: summary.dataset.createdAt.microseconds)
    }
}
