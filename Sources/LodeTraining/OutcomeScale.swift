internal import Foundation
public import LodeModels

/// The outcome of a series that a head is trained for, and how its values are normalised.
public struct OutcomeScale: Sendable, Hashable, Codable {
    /// The label's name.
    public var name: String
    /// Whether the head gives a probability or a value.
    public var target: HeadConfiguration.Target
    /// What a normalised value of 0 means; 0 for a probability.
    public var mean: Double
    /// What a normalised value of 1 means beyond the mean; 1 for a probability.
    public var deviation: Double

    /// The outcome `name` of training series: a probability where its known values are 0 and 1.
    ///
    /// - Throws: ``TrainingError/unusableOutcome(name:detail:)`` where fewer than two series have it, or all the same.
    public init(_ name: String, of series: [ChannelSeries]) throws(TrainingError) {
        let known = series.compactMap { $0.labels[name] }
        guard known.count >= 2 else {
            let names = Set(series.flatMap(\.labels.keys)).sorted()
            throw .unusableOutcome(
                name: name,
                detail: "\(known.count) of \(series.count) training series have it; there are labels "
                    + (names.isEmpty ? "of no name" : names.joined(separator: ", ")))
        }
        guard Set(known).count > 1 else {
            throw .unusableOutcome(name: name, detail: "it is \(known[0]) in all training series")
        }
        self.name = name
        target = known.allSatisfy { $0 == 0 || $0 == 1 } ? .probability : .value
        mean = 0
        deviation = 1
        if target == .value {
            mean = known.reduce(0, +) / Double(known.count)
            deviation = (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)).squareRoot()
        }
    }

    /// The label of a series in the head's units; nil where it is not known.
    func normalized(_ series: ChannelSeries) -> Double? {
        series.labels[name].map { ($0 - mean) / deviation }
    }

    /// What the head says, in the label's units.
    public func value(_ output: Double) -> Double { mean + deviation * output }
}
