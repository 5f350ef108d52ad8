/// The simple methods that a model has to beat.
public enum Baseline: String, Sendable, Hashable, CaseIterable {
    /// The mean of the channel over the training series.
    case trainingMean = "training-mean"
    /// The last value seen before the time; the first after it where there is none before.
    case lastValue = "last-value"
    /// A straight line between the neighbouring values seen; the nearest value beyond them.
    case linearInterpolation = "linear-interpolation"

    /// The prediction of one channel of a series at a time, given what was seen.
    public func predict(
        channel: Int, at time: Double, seen: ChannelSeries, normalization: Normalization
    ) -> Double {
        let fallback = normalization.channelMeans[channel]
        if self == .trainingMean { return fallback }
        let channels = normalization.channelMeans.count
        var before: (time: Double, value: Double)?
        var after: (time: Double, value: Double)?
        for (index, seenTime) in seen.times.enumerated() where seen.mask[index * channels + channel] {
            let point = (time: seenTime, value: seen.values[index * channels + channel])
            if seenTime <= time {
                before = point
            } else {
                after = point
                break
            }
        }
        switch (before, after) {
        case (let before?, let after?):
            if self == .lastValue { return before.value }
            let share = (time - before.time) / (after.time - before.time)
            return before.value + share * (after.value - before.value)
        case (let before?, nil): return before.value
        case (nil, let after?): return after.value
        case (nil, nil): return fallback
        }
    }
}
