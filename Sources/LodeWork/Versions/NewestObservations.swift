internal import LodeTraining

/// The observations of a dataset that came in last, as tasks: what went before them is known, they are forecast.
///
/// The store does not keep when an observation came in. A series that is new is forecast from its first half, as for the
/// extrapolation of an evaluation; of the others the latest values by time are taken, as many as came in.
enum NewestObservations {
    /// More values tell hardly more, and take memory.
    static let most = 4_096

    /// The tasks of `count` observations that came in, of `series` of which some are `new`.
    static func tasks(in series: [ChannelSeries], count: Int, new: Set<String>) -> [ForecastTask] {
        var left = min(count, most)
        var tasks: [ForecastTask] = []
        for one in series where new.contains(one.name) {
            guard left > 0 else { return tasks }
            left -= one.observedCount
            if let task = halved(one) { tasks.append(task) }
        }
        let others = series.filter { !new.contains($0.name) }
        guard left > 0, let cut = earliest(of: left, in: others) else { return tasks }
        for one in others {
            let seen = one.times.count { $0 < cut }
            guard seen < one.times.count else { continue }
            if seen > 0 {
                tasks.append(ForecastTask(series: one, seenCount: seen))
            } else if let task = halved(one) {
                tasks.append(task)
            }
        }
        return tasks
    }

    private static func halved(_ series: ChannelSeries) -> ForecastTask? {
        series.times.count < 2 ? nil : ForecastTask(series: series, seenCount: series.times.count / 2)
    }

    /// The time from which on there are `count` values, or all of them.
    private static func earliest(of count: Int, in series: [ChannelSeries]) -> Double? {
        var observed: [(time: Double, values: Int)] = []
        for one in series {
            let channels = one.channelCount
            for (index, time) in one.times.enumerated() {
                observed.append((time, one.mask[index * channels..<(index + 1) * channels].count { $0 }))
            }
        }
        observed.sort { $0.time > $1.time }
        var found = 0
        for point in observed {
            found += point.values
            if found >= count { return point.time }
        }
        return observed.last?.time
    }
}
