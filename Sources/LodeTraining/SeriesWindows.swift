internal import LodeNumerics

/// How long series are cut into windows, each of which a model learns from as a series of its own.
///
/// One long series has many beginnings; a latent state at the first of them could not carry all that follows.
public struct SeriesWindows: Sendable, Hashable, Codable {
    /// What a window spans, in the dataset's unit.
    public var span: Double

    /// Windows of a span, positive.
    public init(span: Double) {
        self.span = span
    }

    /// The share of a window that observations fill where the rest is forecast.
    static let contextShare = 2.0 / 3
    /// The fewest times of a window that trains.
    static let fewestTimes = 4
    /// Series with more times than this are cut even where there are many.
    static let mostTimes = 500
    /// Times of a window, where they can be chosen.
    static let usualTimes = 12...128

    /// Windows where series need them: too few to be split, or too long for one latent state; nil where neither holds.
    ///
    /// - Parameter times: how many times a window should hold; nil for a choice that follows the data.
    init?(for series: [ChannelSeries], times: Int?) {
        let counts = series.map(\.times.count).sorted()
        guard let median = counts.isEmpty ? nil : counts[counts.count / 2] else { return nil }
        let isNeeded = series.count < DataSplit.fewestSeries || median > Self.mostTimes
        guard isNeeded || times != nil else { return nil }
        var total = 0
        var covered = 0.0
        for one in series {
            guard let first = one.times.first, let last = one.times.last else { continue }
            total += one.times.count
            covered += last - first
        }
        // Some two dozen windows of a short series; more of a long one.
        let wanted = times ?? min(max(total / 24, Self.usualTimes.lowerBound), Self.usualTimes.upperBound)
        guard covered > 0, total > 0 else { return nil }
        span = covered * Double(wanted) / Double(total)
    }

    /// The windows of a series whose starts lie `stride` spans apart, those with few times left out.
    func cut(_ series: ChannelSeries, stride: Double = 1) -> [ChannelSeries] {
        guard let first = series.times.first, let last = series.times.last else { return [] }
        var windows: [ChannelSeries] = []
        var start = first
        var number = 0
        while start <= last {
            var window = observations(of: series, from: start, to: start + span)
            if window.times.count >= Self.fewestTimes {
                window.name = "\(series.name) #\(number)"
                windows.append(window)
            }
            number += 1
            start = first + Double(number) * stride * span
        }
        return windows
    }

    /// Windows of all series and how they are split: whole series apart, or where there are too few, the earlier part of
    /// each to train, then one to validate, and the latest to test.
    package func split(_ series: [ChannelSeries], seed: UInt64) -> (windows: [ChannelSeries], split: DataSplit) {
        var parts: [[ChannelSeries]] = [[], [], []]
        if series.count >= DataSplit.fewestSeries {
            let whole = DataSplit(count: series.count, seed: seed)
            for (part, indices) in [whole.training, whole.validation, whole.test].enumerated() {
                for index in indices { parts[part] += cut(series[index], stride: part == 0 ? 0.5 : 1) }
            }
        } else {
            for one in series {
                guard let first = one.times.first, let last = one.times.last else { continue }
                let cuts = [0.0, 0.7, 0.85, 1].map { first + $0 * (last - first) }
                for part in 0..<3 {
                    let end = part == 2 ? cuts[3].nextUp : cuts[part + 1]
                    let piece = observations(of: one, from: cuts[part], to: end)
                    parts[part] += cut(piece, stride: part == 0 ? 0.5 : 1)
                }
            }
        }
        let counts = parts.map(\.count)
        return (
            parts.flatMap(\.self),
            DataSplit(
                training: Array(0..<counts[0]), validation: Array(counts[0]..<counts[0] + counts[1]),
                test: Array(counts[0] + counts[1]..<counts[0] + counts[1] + counts[2]))
        )
    }

    /// Questions about a long series, each to the window that its times fall into.
    ///
    /// - Returns: the queries; for each time asked for, which query answers it and at which position; and the query of the
    ///   newest observations, which is there whatever times are asked for.
    public func queries(
        _ context: ChannelSeries, times: [Double], normalization: Normalization
    ) -> (queries: [SeriesQuery], places: [(query: Int, position: Int)], newest: Int) {
        var queries: [SeriesQuery] = []
        var numbers: [Int: Int] = [:]
        func query(_ window: Int, at time: Double) -> Int {
            if let known = numbers[window] { return known }
            let part = observations(of: context, window: window)
            let origin = part.times.isEmpty ? time : normalization.origin(of: part)
            queries.append(SeriesQuery(context: part, origin: origin, times: []))
            numbers[window] = queries.count - 1
            return queries.count - 1
        }
        var places: [(query: Int, position: Int)] = []
        for time in times {
            let query = query(number(ofWindowAt: time, in: context), at: time)
            places.append((query, queries[query].times.count))
            queries[query].times.append(time)
        }
        let newest = context.times.last ?? times.max() ?? 0
        let answering = query(number(ofWindowAt: newest, in: context), at: newest)
        return (queries, places, answering)
    }

    /// The last window, which answers for the newest observations and for all that follows.
    private static let latest = Int.max

    /// Windows half a span apart, so that a time lies in the middle half of its own.
    private func number(ofWindowAt time: Double, in series: ChannelSeries) -> Int {
        guard let first = series.times.first, let last = series.times.last else { return 0 }
        if time > last - Self.contextShare * span { return Self.latest }
        // A time far before the series, or one that is not a number, which the solver refuses by name, asks the first.
        let position = ((time - first) / (0.5 * span) - 0.5).rounded(.down)
        return position > 0 ? Int(min(position, 1e15)) : 0
    }

    private func observations(of series: ChannelSeries, window: Int) -> ChannelSeries {
        guard let first = series.times.first, let last = series.times.last else { return series }
        if window == Self.latest {
            return observations(of: series, from: last - Self.contextShare * span, to: .infinity)
        }
        let start = first + 0.5 * Double(window) * span
        return observations(of: series, from: start, to: start + span)
    }

    /// What was observed from `start` on and before `end`.
    private func observations(of series: ChannelSeries, from start: Double, to end: Double) -> ChannelSeries {
        let lower = series.times.partitioningIndex { $0 >= start }
        let upper = series.times.partitioningIndex { $0 >= end }
        return series.slice(lower..<max(lower, upper))
    }
}

extension PredictiveSeries {
    /// The answers of windows in the order of the times asked for, see
    /// ``SeriesWindows/queries(_:times:normalization:)``.
    ///
    /// What is said of a series as a whole is what the window of its newest observations says.
    public init(merging answers: [PredictiveSeries], places: [(query: Int, position: Int)], newest: Int) {
        self = answers[newest]
        guard answers.count > 1 else { return }
        outcomes = answers.flatMap(\.outcomes)
        let gathered = places.map { (part: $0.query, time: $0.position) }
        // A window that nobody asked about has no times, and may be the newest one.
        channels = channels.indices.map { channel in
            ChannelDistributions(gathering: gathered, of: answers.map { $0.channels[channel] })
        }
        intensities =
            answers.allSatisfy(\.intensities.isEmpty)
            ? [] : places.map { answers[$0.query].intensities[$0.position] }
    }
}
