public import LodeSolvers

/// A series of which the first times are known, and what follows is scored.
public struct ForecastTask: Sendable, Hashable {
    /// The whole series.
    public var series: ChannelSeries
    /// How many of its times are known, fewer than there are.
    public var seenCount: Int

    /// A task.
    public init(series: ChannelSeries, seenCount: Int) {
        precondition((0..<series.times.count).contains(seenCount), "\(seenCount) of \(series.times.count) times seen")
        self.series = series
        self.seenCount = seenCount
    }
}

extension Evaluator {
    /// The log likelihood of what follows in each series; nil where nothing does.
    ///
    /// In nats for each value, of densities in units of the channels' deviations: the negative of
    /// ``Metrics/negativeLogLikelihood``, with which it can be compared. A series that is cut into windows is asked as
    /// predictions are.
    public func logLikelihood(
        ofForecasts tasks: [ForecastTask], seed: UInt64
    ) throws(SolveError) -> HeldOutLikelihood? {
        let channels = model.normalization.channelMeans.count
        let logScales = model.logScales
        var sum = 0.0
        var count = 0
        var names: Set<String> = []
        for start in stride(from: 0, to: tasks.count, by: Self.tasksAtOnce) {
            let part = tasks[start..<min(start + Self.tasksAtOnce, tasks.count)]
            let questions = part.map { Question($0, model.normalization) }
            var answers = try model.predict(
                questions.flatMap(\.queries), sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)[...]
            for question in questions {
                let answer = PredictiveSeries(
                    merging: Array(answers.prefix(question.queries.count)), places: question.places,
                    newest: question.newest)
                answers = answers.dropFirst(question.queries.count)
                let hidden = question.hidden
                for index in hidden.values.indices where hidden.mask[index] {
                    sum +=
                        answer[index / channels, index % channels].logDensity(hidden.values[index])
                        + logScales[index % channels]
                    count += 1
                    names.insert(hidden.name)
                }
            }
        }
        guard count > 0 else { return nil }
        return HeldOutLikelihood(mean: sum / Double(count), pointCount: count, seriesCount: names.count)
    }

    /// What a task asks of the model.
    private struct Question {
        var hidden: ChannelSeries
        var queries: [SeriesQuery]
        var places: [(query: Int, position: Int)]
        var newest = 0

        init(_ task: ForecastTask, _ normalization: Normalization) {
            let seen = task.series.filtered { $0 < task.seenCount }
            hidden = task.series.filtered { $0 >= task.seenCount }
            if let windows = normalization.windows {
                (queries, places, newest) = windows.queries(seen, times: hidden.times, normalization: normalization)
            } else {
                let origin = normalization.origin(of: task.series)
                queries = [SeriesQuery(context: seen, origin: origin, times: hidden.times)]
                places = hidden.times.indices.map { (0, $0) }
            }
        }
    }
}
