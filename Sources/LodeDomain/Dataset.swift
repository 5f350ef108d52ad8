/// A named collection of series that share a time axis and a set of channels.
public struct Dataset: Hashable, Sendable {
    /// The key of the dataset.
    public var id: Identifier<Dataset>
    /// A unique name: 1 to 128 characters out of letters, digits, `-`, `_` and `.`.
    public var name: String
    /// What an observation's time means.
    public var timeAxis: TimeAxis
    /// When the dataset was created.
    public var createdAt: Timestamp
    /// Words to find it by.
    public var tags: [String]

    /// A dataset as stored.
    public init(
        id: Identifier<Dataset>, name: String, timeAxis: TimeAxis, createdAt: Timestamp, tags: [String] = []
    ) {
        self.id = id
        self.name = name
        self.timeAxis = timeAxis
        self.createdAt = createdAt
        self.tags = tags
    }

    /// Whether `name` may name a dataset.
    public static func isValidName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
                default: false
                }
            }
    }
}

/// What the `Double` time of an observation means.
public enum TimeAxis: Hashable, Sendable {
    /// A plain number in `unit` (days, s, …) since an origin that the user knows.
    case numeric(unit: String?)
    /// Microseconds since 1970-01-01T00:00:00Z, exact up to 2255-06-05.
    case dateTime
}

/// One measured quantity of a dataset.
public struct Channel: Hashable, Sendable {
    /// The key of the channel.
    public var id: Identifier<Channel>
    /// Unique within the dataset.
    public var name: String
    /// The unit of the values, if it was told.
    public var unit: String?
    /// What its values are to a model.
    public var kind: ChannelKind

    /// A channel as stored.
    public init(id: Identifier<Channel>, name: String, unit: String?, kind: ChannelKind = .measured) {
        self.id = id
        self.name = name
        self.unit = unit
        self.kind = kind
    }
}

/// What the values of a channel are to a model.
public enum ChannelKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Observed as time goes by; what a model predicts.
    case measured
    /// Known for the future too, such as a planned dose or the hour of the day.
    case input
}

/// What is known of a series without reading its observations.
public struct SeriesSummary: Hashable, Sendable {
    /// The key of the series.
    public var id: Identifier<SeriesSummary>
    /// Unique within the dataset.
    public var name: String
    /// Observed values, all channels together.
    public var observationCount: Int
    /// First and last observation time; nil for a series without observations.
    public var timeRange: ClosedRange<Double>?

    /// A summary as read from a store.
    public init(
        id: Identifier<SeriesSummary>, name: String, observationCount: Int, timeRange: ClosedRange<Double>?
    ) {
        self.id = id
        self.name = name
        self.observationCount = observationCount
        self.timeRange = timeRange
    }
}

/// What a dataset holds, in numbers.
public struct DatasetSummary: Hashable, Sendable {
    /// The dataset.
    public var dataset: Dataset
    /// Its channels, by name.
    public var channels: [Channel]
    /// How many series it has.
    public var seriesCount: Int
    /// Observed values of all series and channels.
    public var observationCount: Int
    /// First and last observation time; nil for an empty dataset.
    public var timeRange: ClosedRange<Double>?

    /// A summary as read from a store.
    public init(
        dataset: Dataset, channels: [Channel], seriesCount: Int, observationCount: Int,
        timeRange: ClosedRange<Double>?
    ) {
        self.dataset = dataset
        self.channels = channels
        self.seriesCount = seriesCount
        self.observationCount = observationCount
        self.timeRange = timeRange
    }
}
