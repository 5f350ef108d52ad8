internal import Foundation
internal import LodeModels

/// The kinds of values that a channel may hold, as people name them.
public enum Likelihood: String, Sendable, Hashable, Codable, CaseIterable {
    /// Real numbers with normal noise.
    case gaussian
    /// Real numbers with outliers.
    case studentT = "student-t"
    /// Counts whose variance is their mean.
    case poisson
    /// Counts that vary more than that.
    case negativeBinomial = "negative-binomial"
    /// 0 or 1.
    case bernoulli

    /// The family of a channel of this kind, fitted to its training values.
    ///
    /// - Throws: ``TrainingError/unsuitableValues(channel:value:likelihood:)`` at the first value that the kind has no
    ///   place for.
    func family(channel: Int, values: [Double]) throws(TrainingError) -> ObservationFamily {
        if let wrong = values.first(where: { !isPossible($0) }) {
            throw .unsuitableValues(channel: channel, value: wrong, likelihood: self)
        }
        let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        switch self {
        case .gaussian: return .gaussian
        case .studentT: return .studentT
        case .poisson: return .poisson(base: max(mean, 1e-3))
        case .negativeBinomial: return .negativeBinomial(base: max(mean, 1e-3))
        case .bernoulli:
            // Half a value more of each kind keeps the logit finite.
            let share = (mean * Double(values.count) + 0.5) / (Double(values.count) + 1)
            return .bernoulli(logit: log(share / (1 - share)))
        }
    }

    private func isPossible(_ value: Double) -> Bool {
        switch self {
        case .gaussian, .studentT: true
        case .poisson, .negativeBinomial: value >= 0 && value == value.rounded()
        case .bernoulli: value == 0 || value == 1
        }
    }

    /// What a channel is taken for where nobody says: binary where all values are 0 or 1 and both occur.
    static func guessed(from values: [Double]) -> Likelihood {
        values.contains(0) && values.contains(1) && values.allSatisfy { $0 == 0 || $0 == 1 } ? .bernoulli : .gaussian
    }
}
