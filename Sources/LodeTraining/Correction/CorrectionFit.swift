internal import Foundation

/// Chooses a channel's residual process in one regime by the likelihood of hidden validation values.
package struct CorrectionFit: Sendable {
    /// The least gain, in nats for each value, for which a correction is used: below it the fit of three parameters
    /// may be all there is.
    static let leastGain = 0.01
    /// The fewest hidden values to choose by.
    static let fewestValues = 20
    /// Parts that the validation series are cut into: what is fitted to some is judged on the others.
    static let folds = 3

    /// What was chosen.
    package struct Choice: Sendable {
        /// Fitted to all tasks; nil where it does not help on series that it was not fitted to.
        package var process: MaternProcess?
        /// For each fold the process fitted to the others, so that calibration sees errors of series that a correction
        /// was not fitted to.
        package var withoutFold: [MaternProcess?]

        static let none = Choice(process: nil, withoutFold: Array(repeating: nil, count: CorrectionFit.folds))
    }

    let tasks: [ResidualTask]

    package init(tasks: [ResidualTask]) {
        self.tasks = tasks
    }

    /// No residual process at all: the model alone.
    private static let alone = MaternProcess(deviation: 0, lengthScale: 1, noise: 1)

    /// The best process, if it helps.
    ///
    /// In each fold, whose series it was not fitted to, both the likelihood and the squared error must be better than the
    /// model's alone: one storm must not decide for all.
    package func fitted() -> Choice {
        let count = tasks.reduce(0) { $0 + $1.hiddenTimes.count }
        guard count >= Self.fewestValues else { return .none }
        var best: (process: MaternProcess, value: Double)?
        for lengthScale in [0.1, 0.5, 2.5] {
            let found = Self.search(
                tasks,
                from: MaternProcess(
                    deviation: 0.7, lengthScale: lengthScale * Normalization.modelSpan / 5, noise: 0.7), step: 1)
            if found.value < best?.value ?? .infinity { best = found }
        }
        guard let best else { return .none }
        var withoutFold: [MaternProcess?] = []
        var gain = 0.0
        var helps = true
        for fold in 0..<Self.folds {
            let others = tasks.filter { $0.series % Self.folds != fold }
            // From where all tasks lead it is not far to where most do. With one series there is nothing to hold out.
            let process =
                others.isEmpty ? best.process : Self.search(others, from: best.process, step: 0.5).process
            withoutFold.append(process)
            let own = tasks.filter { $0.series % Self.folds == fold }
            guard !own.isEmpty else { continue }
            var corrected = ResidualTask.Loss()
            var alone = ResidualTask.Loss()
            for task in own {
                corrected += task.loss(process)
                alone += task.loss(Self.alone)
            }
            gain += alone.negativeLogLikelihood - corrected.negativeLogLikelihood
            helps =
                helps && corrected.negativeLogLikelihood < alone.negativeLogLikelihood
                && corrected.squares < alone.squares
        }
        guard helps, gain / Double(count) >= Self.leastGain else { return .none }
        return Choice(process: best.process, withoutFold: withoutFold)
    }

    private static func objective(_ tasks: [ResidualTask], _ process: MaternProcess) -> Double {
        tasks.reduce(0) { $0 + $1.loss(process).negativeLogLikelihood }
    }

    private static func search(
        _ tasks: [ResidualTask], from start: MaternProcess, step: Double
    ) -> (process: MaternProcess, value: Double) {
        CompassSearch.minimum(from: start, step: step, isSensible: isSensible) { objective(tasks, $0) }
    }

    private static func isSensible(_ process: MaternProcess) -> Bool {
        process.noise >= 1e-4 && process.deviation <= 100 && (1e-4...1e3).contains(process.lengthScale)
    }
}
