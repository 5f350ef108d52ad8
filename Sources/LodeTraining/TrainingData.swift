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
    }

    /// The series at some indices.
    public func series(_ indices: [Int]) -> [ChannelSeries] {
        indices.map { all[$0] }
    }

    /// A training series with an epoch's context; all its values are targets.
    func trainingExample(series index: Int, epoch: Int, seed: UInt64) -> SeriesExample {
        let one = all[index]
        let random = CounterRandom(seed: seed, path: 0x636F_6E74, UInt64(epoch), UInt64(index))
        let seen = ContextSampler.training(count: one.times.count, random: random)
        let context = one.filtered { seen[$0] }
        let levels = normalization.levels(of: context)
        let origin = normalization.origin(of: one)
        return SeriesExample(
            context: normalization.observed(context, origin: origin, levels: levels),
            targets: normalization.observed(one, origin: origin, levels: levels), identity: UInt64(index))
    }
}
