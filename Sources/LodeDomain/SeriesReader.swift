/// Reads large amounts of observations.
public protocol SeriesReader: Sendable {
    /// Hands the series of a dataset, one at a time, by name, to what `body` makes of the view they are from; all as of one moment.
    ///
    /// Memory holds one series. Ends early where that returns false. Writers are not held up, but the write-ahead log grows
    /// until it ends. `channels` gives the order of ``SeriesObservations/Point/channel``; nil is all, by name.
    func readSeries(
        of dataset: Identifier<Dataset>, channels: [String]?,
        _ body: @escaping @Sendable (DatasetView) -> (SeriesObservations) -> Bool
    ) async throws(StoreError) -> DatasetView

    /// A curve that draws like all observations of a channel in a range, in at most `4 · buckets` points.
    ///
    /// Divides the range into equal buckets and keeps the first, last, least and greatest of each, which is exact to the
    /// pixel where a bucket is a pixel wide. Nil where there is no such series; `times` nil is all.
    ///
    /// Source: U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl, M4, VLDB 2014, doi:10.14778/2732951.2732953.
    func curve(
        of series: String, channel: String, in dataset: Identifier<Dataset>, times: ClosedRange<Double>?,
        buckets: Int
    ) async throws(StoreError) -> PlotCurve?
}

/// What a dataset was when it was read.
public struct DatasetView: Hashable, Sendable {
    /// The dataset.
    public var dataset: Dataset
    /// Channel names, in the order of a point's `channel`.
    public var channels: [String]
    /// The dataset's change counter.
    public var watermark: DataWatermark

    /// A view.
    public init(dataset: Dataset, channels: [String], watermark: DataWatermark) {
        self.dataset = dataset
        self.channels = channels
        self.watermark = watermark
    }
}

/// Observations of one channel, thinned for a plot.
public struct PlotCurve: Hashable, Sendable {
    /// Times, ascending.
    public var times: [Double]
    /// The value at each time.
    public var values: [Double]
    /// How many observations the range holds.
    public var observationCount: Int

    /// A curve.
    public init(times: [Double], values: [Double], observationCount: Int) {
        self.times = times
        self.values = values
        self.observationCount = observationCount
    }
}
