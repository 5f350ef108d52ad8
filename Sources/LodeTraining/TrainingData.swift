public import LodeModels
internal import LodeNumerics

/// Series in the data's units, split and with their normalisation.
public struct TrainingData: Sendable {
    /// All series.
    public let all: [ChannelSeries]
    /// C, the channels.
    public let channels: Int
    /// Which series train, validate and test.
    public let split: DataSplit
    /// Learnt from the training series.
    public let normalization: Normalization
    /// How series become tasks.
    public let tasks: any TaskDesign
    /// What each channel's values are taken to be, `[C]`.
    public let families: [ObservationFamily]
    /// The outcome that a head is trained for; nil for none.
    public let outcome: OutcomeScale?

    /// Splits and normalises; series without times are left out.
    ///
    /// - Parameters:
    ///   - likelihoods: what channels hold, by channel; others are guessed from their values.
    ///   - outcome: the label that a head should tell; nil for none.
    ///   - inputs: what the series' inputs are, in their order.
    ///   - windowTimes: times of the windows that series are cut into; nil cuts where there are fewer series than a split
    ///     needs, or where they are very long.
    /// - Throws: ``TrainingError/tooFewSeries(found:needed:)``, ``TrainingError/noObservations``, and what is wrong with
    ///   likelihoods and outcome.
    public init(
        _ series: [ChannelSeries], channels: Int, seed: UInt64, likelihoods: [Int: Likelihood] = [:],
        outcome: String? = nil, inputs: [KnownInput] = [], windowTimes: Int? = nil
    ) throws(TrainingError) {
        let whole = series.filter { !$0.times.isEmpty }
        self.channels = channels
        let windows = SeriesWindows(for: whole, times: windowTimes)
        if let windows {
            (all, split) = windows.split(whole, seed: seed)
            guard ![split.training, split.validation, split.test].contains(where: \.isEmpty) else {
                throw .tooFewWindows(
                    series: whole.count, times: whole.reduce(0) { $0 + $1.times.count }, windows: all.count)
            }
        } else {
            guard whole.count >= DataSplit.fewestSeries else {
                throw .tooFewSeries(found: whole.count, needed: DataSplit.fewestSeries)
            }
            all = whole
            split = DataSplit(count: all.count, seed: seed)
        }
        let training = split.training.map { [all] in all[$0] }
        guard training.contains(where: { $0.observedCount > 0 }) else { throw .noObservations }
        var normalization = Normalization(trainingOn: training, channels: channels, inputs: inputs)
        normalization.windows = windows
        // Windows of one length have no clock in common, wherever their first observations happen to lie.
        if windows != nil { normalization.timeOrigin = .firstObservation }
        self.normalization = normalization
        tasks = EveryTask()
        var families: [ObservationFamily] = []
        for channel in 0..<channels {
            let values = training.flatMap { $0.values(ofChannel: channel) }
            let likelihood = likelihoods[channel] ?? .guessed(from: values)
            // A value that trains nothing must fit too: it is asked for when the model is judged.
            let held = all.flatMap { $0.values(ofChannel: channel) }
            if likelihoods[channel] != nil { _ = try likelihood.family(channel: channel, values: held) }
            families.append(try likelihood.family(channel: channel, values: values))
        }
        self.families = families
        if let outcome {
            self.outcome = try OutcomeScale(outcome, of: training)
        } else {
            self.outcome = nil
        }
    }

    /// Series whose split, normalisation and tasks were decided elsewhere; each has at least one time.
    ///
    /// The trained horizon becomes that of the tasks, which may move model time 0.
    ///
    /// - Throws: ``TrainingError/noObservations``.
    public init(
        _ series: [ChannelSeries], split: DataSplit, normalization: Normalization, tasks: any TaskDesign,
        families: [ObservationFamily]? = nil, outcome: String? = nil
    ) throws(TrainingError) {
        precondition(series.allSatisfy { !$0.times.isEmpty }, "a series without times")
        guard split.training.contains(where: { series[$0].observedCount > 0 }) else { throw .noObservations }
        all = series
        channels = normalization.channelMeans.count
        self.split = split
        var normalization = normalization
        normalization.trainedHorizon = split.training.reduce(0) { longest, index in
            let reach = tasks.trainedReach(
                times: series[index].times, origin: normalization.origin(of: series[index]))
            return max(longest, reach / normalization.timeUnit)
        }
        self.normalization = normalization
        self.tasks = tasks
        self.families = families ?? Array(repeating: .gaussian, count: channels)
        if let outcome {
            self.outcome = try OutcomeScale(outcome, of: split.training.map { series[$0] })
        } else {
            self.outcome = nil
        }
    }

    /// The series at some indices.
    public func series(_ indices: [Int]) -> [ChannelSeries] {
        indices.map { all[$0] }
    }

    /// A training series with an epoch's context and targets.
    ///
    /// - Parameter horizonShare: targets after this share of the trained horizon are left out, except the first.
    package func trainingExample(series index: Int, epoch: Int, seed: UInt64, horizonShare: Double) -> SeriesExample {
        let one = all[index]
        let random = CounterRandom(seed: seed, path: 0x636F_6E74, UInt64(epoch), UInt64(index))
        let roles = tasks.training(times: one.times, random: random)
        let context = one.filtered { roles.seen[$0] }
        let levels = normalization.levels(of: context)
        let origin = roles.origin ?? normalization.origin(of: one)
        let end = horizonShare * normalization.trainedHorizon
        let first = roles.scored.firstIndex(of: true)
        func isTarget(_ index: Int) -> Bool {
            guard roles.scored[index] else { return false }
            return horizonShare >= 1 || index == first
                || normalization.modelTime(one.times[index], origin: origin) <= end
        }
        var targets = normalization.observed(one.filtered(isTarget), origin: origin, levels: levels)
        precondition(
            (targets.times.first ?? 0) >= 0, "a target at model time \(targets.times.first ?? 0), before the origin")
        keepRaw(&targets, of: one.filtered(isTarget))
        var example = SeriesExample(
            context: normalization.observed(context, origin: origin, levels: levels), targets: targets,
            identity: UInt64(index))
        example.events = events(of: one, origin: origin, end: horizonShare >= 1 ? .infinity : end)
        example.label = outcome?.normalized(one)
        return example
    }

    /// Puts values of count and binary channels back into the data's units.
    private func keepRaw(_ targets: inout ObservedSeries, of series: ChannelSeries) {
        for channel in 0..<channels where !families[channel].isLocationScale {
            for index in stride(from: channel, to: series.values.count, by: channels) where series.mask[index] {
                targets.values[index] = Float(series.values[index])
            }
        }
    }

    /// When a series was observed, from its first time or the origin to its last, or to `end`: where targets do not reach
    /// further yet, that nothing was seen from the last time before it to there counts too.
    private func events(of series: ChannelSeries, origin: Double, end: Double) -> EventTimes? {
        let times = series.times.map { normalization.modelTime($0, origin: origin) }.filter { $0 >= 0 }
        guard let first = times.first, let last = times.last else { return nil }
        // The first observation made the series, and where time begins with it, says nothing of a rate.
        let limit = min(last, end)
        guard limit > first else { return nil }
        return EventTimes(times: times.filter { $0 > first && $0 <= limit }, window: first...limit)
    }
}
