internal import LodeModels
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

    /// Splits and normalises; series without times are left out.
    ///
    /// - Throws: ``TrainingError/tooFewSeries(found:needed:)``, ``TrainingError/noObservations``.
    public init(_ series: [ChannelSeries], channels: Int, seed: UInt64) throws(TrainingError) {
        all = series.filter { !$0.times.isEmpty }
        self.channels = channels
        guard all.count >= DataSplit.fewestSeries else {
            throw .tooFewSeries(found: all.count, needed: DataSplit.fewestSeries)
        }
        split = DataSplit(count: all.count, seed: seed)
        let training = split.training.map { [all] in all[$0] }
        guard training.contains(where: { $0.observedCount > 0 }) else { throw .noObservations }
        normalization = Normalization(trainingOn: training, channels: channels)
        tasks = EveryTask()
    }

    /// Series whose split, normalisation and tasks were decided elsewhere; each has at least one time.
    ///
    /// - Throws: ``TrainingError/noObservations``.
    public init(
        _ series: [ChannelSeries], split: DataSplit, normalization: Normalization, tasks: any TaskDesign
    ) throws(TrainingError) {
        precondition(series.allSatisfy { !$0.times.isEmpty }, "a series without times")
        guard split.training.contains(where: { series[$0].observedCount > 0 }) else { throw .noObservations }
        all = series
        channels = normalization.channelMeans.count
        self.split = split
        self.normalization = normalization
        self.tasks = tasks
    }

    /// The series at some indices.
    public func series(_ indices: [Int]) -> [ChannelSeries] {
        indices.map { all[$0] }
    }

    /// A training series with an epoch's context and targets.
    func trainingExample(series index: Int, epoch: Int, seed: UInt64) -> SeriesExample {
        let one = all[index]
        let random = CounterRandom(seed: seed, path: 0x636F_6E74, UInt64(epoch), UInt64(index))
        let roles = tasks.training(times: one.times, random: random)
        let context = one.filtered { roles.seen[$0] }
        let levels = normalization.levels(of: context)
        let origin = roles.origin ?? normalization.origin(of: one)
        return SeriesExample(
            context: normalization.observed(context, origin: origin, levels: levels),
            targets: normalization.observed(one.filtered { roles.scored[$0] }, origin: origin, levels: levels),
            identity: UInt64(index))
    }
}
