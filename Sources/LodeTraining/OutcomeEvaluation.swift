internal import Foundation
internal import LodeModels
public import LodeNumerics
public import LodeSolvers

/// How well a head tells the outcomes of series that it was not trained on, from all that was observed of them.
public struct OutcomeEvaluation: Sendable, Hashable {
    /// The label's name.
    public var name: String
    /// How many series have it.
    public var seriesCount: Int
    /// Nats for each series for a probability; half the squared error in units of the training variance for a value.
    public var loss: Double
    /// The same of the training mean.
    public var baselineLoss: Double
    /// The probability that a series whose outcome is 1 gets more than one whose outcome is 0; nil for values, or where
    /// either is missing.
    public var areaUnderCurve: Double?

    /// Asks a model with a head about series; nil where it has none, or no series has the label.
    ///
    /// - Throws: ``SolveError`` where a time is not finite.
    public init?(
        of model: TrainedModel, on series: [ChannelSeries], training: [ChannelSeries], sampleCount: Int, seed: UInt64,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) {
        guard let outcome = model.outcome else { return nil }
        let labelled = series.filter { $0.labels[outcome.name] != nil }
        guard !labelled.isEmpty else { return nil }
        let known = training.compactMap { outcome.normalized($0) }
        let usual = known.reduce(0, +) / Double(max(known.count, 1))
        let predictions = try model.predict(
            labelled.map { SeriesQuery(context: $0, origin: model.normalization.origin(of: $0), times: []) },
            sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
        var pairs: [(said: Double, label: Double)] = []
        for (one, prediction) in zip(labelled, predictions) {
            guard let label = outcome.normalized(one), let said = prediction.outcome else { continue }
            pairs.append(((said - outcome.mean) / outcome.deviation, label))
        }
        name = outcome.name
        seriesCount = pairs.count
        func mean(_ loss: ((said: Double, label: Double)) -> Double) -> Double {
            pairs.reduce(0) { $0 + loss($1) } / Double(max(pairs.count, 1))
        }
        loss = mean { Self.loss($0.said, label: $0.label, target: outcome.target) }
        baselineLoss = mean { Self.loss(usual, label: $0.label, target: outcome.target) }
        areaUnderCurve = outcome.target == .probability ? Self.areaUnderCurve(pairs) : nil
    }

    private static func loss(_ said: Double, label: Double, target: HeadConfiguration.Target) -> Double {
        switch target {
        case .value: return 0.5 * (said - label) * (said - label)
        case .probability:
            let probability = min(max(said, 1e-9), 1 - 1e-9)
            return label == 1 ? -log(probability) : -log(1 - probability)
        }
    }

    /// The area under the receiver operating characteristic: the Mann–Whitney statistic, ties counting half.
    static func areaUnderCurve(_ pairs: [(said: Double, label: Double)]) -> Double? {
        let positives = pairs.count { $0.label == 1 }
        let negatives = pairs.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        let sorted = pairs.sorted { $0.said < $1.said }
        var rankSum = 0.0
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end].said == sorted[start].said { end += 1 }
            let rank = 0.5 * Double(start + 1 + end)
            rankSum += rank * Double(sorted[start..<end].count { $0.label == 1 })
            start = end
        }
        let least = Double(positives) * Double(positives + 1) / 2
        return (rankSum - least) / (Double(positives) * Double(negatives))
    }
}
