/// One observed value as it arrives: names, not keys.
public struct ObservationRow: Hashable, Sendable {
    /// The series it belongs to.
    public var series: String
    /// The time of the observation, on the dataset's axis.
    public var time: Double
    /// The measured quantity.
    public var channel: String
    /// The value, finite.
    public var value: Double

    /// A row; nothing is checked here.
    public init(series: String, time: Double, channel: String, value: Double) {
        self.series = series
        self.time = time
        self.channel = channel
        self.value = value
    }
}

/// The observations of one series, in time order.
public struct SeriesObservations: Hashable, Sendable {
    /// One observed value.
    public struct Point: Hashable, Sendable {
        /// The time on the dataset's axis.
        public var time: Double
        /// Index into the channels the reader asked for.
        public var channel: Int
        /// The value, finite.
        public var value: Double

        /// A point.
        public init(time: Double, channel: Int, value: Double) {
            self.time = time
            self.channel = channel
            self.value = value
        }
    }

    /// The name of the series.
    public var name: String
    /// Sorted by time, then channel; no two share both.
    public var points: [Point]
    /// Facts that do not change with time, by name.
    public var statics: [String: Double]
    /// What became of the series, by name; empty where it was not asked for.
    public var labels: [String: Double] = [:]

    /// The observations of a series; `points` must be sorted by time, then channel.
    public init(name: String, points: [Point], statics: [String: Double] = [:]) {
        self.name = name
        self.points = points
        self.statics = statics
    }
}

/// A consistent view of a dataset, as training reads it.
public struct DatasetContents: Hashable, Sendable {
    /// The dataset.
    public var dataset: Dataset
    /// Channel names; a point's `channel` is an index into this list.
    public var channels: [String]
    /// All series, by name.
    public var series: [SeriesObservations]
    /// The dataset's change counter when it was read.
    public var watermark: DataWatermark

    /// A view as read in one transaction.
    public init(dataset: Dataset, channels: [String], series: [SeriesObservations], watermark: DataWatermark) {
        self.dataset = dataset
        self.channels = channels
        self.series = series
        self.watermark = watermark
    }
}

/// Counts the transactions that changed a dataset's observations; equal watermarks mean equal data.
public struct DataWatermark: Hashable, Comparable, Sendable, Codable {
    /// The number of changes so far.
    public var revision: Int64

    /// A watermark at a number of changes.
    public init(revision: Int64) {
        self.revision = revision
    }

    /// The one with fewer changes is the smaller.
    public static func < (lhs: DataWatermark, rhs: DataWatermark) -> Bool {
        lhs.revision < rhs.revision
    }
}

/// What became of the rows of one ingest; the counts add up to the rows sent.
public struct IngestReport: Hashable, Sendable, Codable {
    /// Rows whose (series, channel, time) was new.
    public var inserted: Int
    /// Rows that replaced another value.
    public var updated: Int
    /// Rows that were there already with the same value.
    public var unchanged: Int
    /// The dataset's watermark after the write.
    public var watermark: DataWatermark

    /// A report.
    public init(inserted: Int, updated: Int, unchanged: Int, watermark: DataWatermark) {
        self.inserted = inserted
        self.updated = updated
        self.unchanged = unchanged
        self.watermark = watermark
    }
}
