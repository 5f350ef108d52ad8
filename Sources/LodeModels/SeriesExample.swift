/// What the encoder sees of a series, and what the rest of the model is asked for.
public struct SeriesExample: Sendable, Hashable {
    /// The observations given to the encoder.
    public var context: ObservedSeries
    /// The observations whose likelihood counts; values of count and binary channels in the data's own units.
    public var targets: ObservedSeries
    /// When the series was observed, for models with an intensity.
    public var events: EventTimes?
    /// The outcome that the head is trained for: 0 or 1, or a normalised value; nil where it is not known.
    public var label: Double?
    /// Names the example's random numbers; equal in every run with the same seed.
    public var identity: UInt64

    /// An example.
    public init(context: ObservedSeries, targets: ObservedSeries, identity: UInt64) {
        self.context = context
        self.targets = targets
        self.identity = identity
    }
}

/// When something happened, within a window in which it was looked for.
public struct EventTimes: Sendable, Hashable {
    /// Model times within the window, ascending.
    public var times: [Double]
    /// The model times between which an event would have been seen.
    public var window: ClosedRange<Double>

    /// Events in a window.
    public init(times: [Double], window: ClosedRange<Double>) {
        self.times = times
        self.window = window
    }
}
