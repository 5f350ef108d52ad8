public import LodeDomain

/// A series as it is shown.
public struct SeriesDescription: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// How many observed values it has.
    public var observations: Int
    /// The first time observed.
    public var firstTime: TimeValue?
    /// The last time observed.
    public var lastTime: TimeValue?

    /// The description of a series.
    public init(_ summary: SeriesSummary, axis: TimeAxis) {
        name = summary.name
        observations = summary.observationCount
        firstTime = summary.timeRange.map { TimeValue($0.lowerBound, on: axis) }
        lastTime = summary.timeRange.map { TimeValue($0.upperBound, on: axis) }
    }
}

/// Some series of a dataset, by name.
public struct SeriesPage: Hashable, Sendable, Codable {
    /// The series.
    public var series: [SeriesDescription]
    /// What to pass as `after` for the next page; nil on the last one.
    public var next: String?
}
