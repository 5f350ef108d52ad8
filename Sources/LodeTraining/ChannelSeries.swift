/// The observations of one series in the units of the data.
///
/// Legend: T distinct times, C channels.
public struct ChannelSeries: Sendable, Hashable {
    /// Unique within the data.
    public var name: String
    /// The times, ascending and distinct, `[T]`, in the dataset's unit.
    public var times: [Double]
    /// The values, `[T][C]`; 0 where nothing was observed.
    public var values: [Double]
    /// Whether a value was observed, `[T][C]`.
    public var mask: [Bool]
    /// Facts that do not change with time, by name.
    public var statics: [String: Double]
    /// What became of the series, by name: 0 or 1, or a number.
    public var labels: [String: Double] = [:]
    /// The inputs that are known beforehand, in the order of the normalisation, as far into the future as they are known.
    public var inputs: [KnownInput.Curve] = []

    /// Observations; the arrays have the shapes above.
    public init(
        name: String, times: [Double], values: [Double], mask: [Bool], statics: [String: Double] = [:]
    ) {
        precondition(values.count == mask.count, "\(values.count) values, \(mask.count) masks")
        self.name = name
        self.times = times
        self.values = values
        self.mask = mask
        self.statics = statics
    }

    /// How many values were observed.
    public var observedCount: Int { mask.reduce(0) { $0 + ($1 ? 1 : 0) } }

    /// C, or 0 for a series without times.
    public var channelCount: Int { times.isEmpty ? 0 : values.count / times.count }

    /// The observed values of one channel, in the order of their times.
    func values(ofChannel channel: Int) -> [Double] {
        stride(from: channel, to: values.count, by: max(channelCount, 1)).filter { mask[$0] }.map { values[$0] }
    }

    /// The observations at a range of the times.
    func slice(_ range: Range<Int>) -> ChannelSeries {
        let channels = channelCount
        var result = self
        result.times = Array(times[range])
        result.values = Array(values[range.lowerBound * channels..<range.upperBound * channels])
        result.mask = Array(mask[range.lowerBound * channels..<range.upperBound * channels])
        return result
    }

    /// The observations at the times for which `isIncluded` holds; `index` counts the times.
    public func filtered(_ isIncluded: (_ index: Int) -> Bool) -> ChannelSeries {
        let channels = channelCount
        var result = ChannelSeries(name: name, times: [], values: [], mask: [], statics: statics)
        result.labels = labels
        result.inputs = inputs
        for index in times.indices where isIncluded(index) {
            result.times.append(times[index])
            result.values += values[index * channels..<(index + 1) * channels]
            result.mask += mask[index * channels..<(index + 1) * channels]
        }
        return result
    }
}
