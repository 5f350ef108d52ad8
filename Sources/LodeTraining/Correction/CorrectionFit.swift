internal import Foundation

/// Chooses a channel's residual process by the likelihood of hidden validation values.
struct CorrectionFit: Sendable {
    /// The least gain, in nats for each value, for which a correction is used: below it the fit of three parameters
    /// may be all there is.
    static let leastGain = 0.01
    /// The fewest hidden values to choose by.
    static let fewestValues = 20

    /// Tasks of each kind; kinds count alike, whatever their numbers of values.
    let kinds: [[ResidualTask]]
    /// The observation noise that the model has learnt, in normalised units.
    let modelNoise: Double

    /// The best process, or nil where none is better than the model alone by enough.
    func fitted() -> MaternProcess? {
        let count = kinds.joined().reduce(0) { $0 + $1.hiddenTimes.count }
        guard count >= Self.fewestValues else { return nil }
        let alone = objective(MaternProcess(deviation: 0, lengthScale: 1, noise: modelNoise))
        var best: (process: MaternProcess, value: Double)?
        for lengthScale in [0.1, 0.5, 2.5] {
            let found = search(
                from: MaternProcess(
                    deviation: 0.7 * modelNoise, lengthScale: lengthScale * Normalization.modelSpan / 5,
                    noise: 0.7 * modelNoise))
            if found.value < best?.value ?? .infinity { best = found }
        }
        guard let best, alone - best.value >= Self.leastGain else { return nil }
        return best.process
    }

    private func objective(_ process: MaternProcess) -> Double {
        var total = 0.0
        for tasks in kinds {
            let count = tasks.reduce(0) { $0 + $1.hiddenTimes.count }
            guard count > 0 else { continue }
            total += tasks.reduce(0) { $0 + $1.negativeLogLikelihood(process) } / Double(count)
        }
        return total
    }

    /// Compass search over the logarithms of the three parameters: no derivatives, and it cannot diverge.
    private func search(from start: MaternProcess) -> (process: MaternProcess, value: Double) {
        var best = start
        var value = objective(start)
        var step = 1.0
        while step > 0.05 {
            var improved = false
            for parameter in [\MaternProcess.deviation, \.lengthScale, \.noise] {
                for direction in [step, -step] {
                    var candidate = best
                    candidate[keyPath: parameter] *= exp(direction)
                    guard Self.isSensible(candidate, modelNoise: modelNoise) else { continue }
                    let next = objective(candidate)
                    if next < value {
                        best = candidate
                        value = next
                        improved = true
                        break
                    }
                }
            }
            if !improved { step /= 2 }
        }
        return (best, value)
    }

    private static func isSensible(_ process: MaternProcess, modelNoise: Double) -> Bool {
        process.noise >= 1e-4 * modelNoise && process.deviation <= 100 * modelNoise
            && (1e-4...1e3).contains(process.lengthScale)
    }
}
