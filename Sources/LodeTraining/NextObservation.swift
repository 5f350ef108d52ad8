internal import Foundation
internal import LodeModels
public import LodeSolvers

/// When the next observation of a series is to be expected, by its rate of observation times; times in the dataset's unit.
public struct NextObservation: Sendable, Hashable {
    /// From when on it is waited for.
    public var start: Double
    /// The mean of its time; nil where a hundredth of all chances or more lies beyond the horizon.
    public var mean: Double?
    /// By when it has come with each probability; nil beyond the horizon.
    public var quantiles: [Double?]
}

extension PreparedSeries {
    /// When the next observation is to be expected, given that none came between the last one and `start`.
    ///
    /// A posterior sample's rate λ lets nothing be seen from the last observation to t with the probability exp(−∫ λ); the mean
    /// over the samples is the survival function, that from `start` on the quotient of two of its values. Nil for a model
    /// without an intensity, or where nothing was observed. The horizon is once the trained one beyond the start.
    ///
    /// - Parameter probabilities: those of the quantiles.
    /// - Throws: ``SolveError`` where `start` is not finite.
    public func nextObservation(
        from start: Double, probabilities: [Double]
    ) throws(SolveError) -> NextObservation? {
        guard let intensity = trained.model.configuration.intensity, let last = context.times.last else { return nil }
        let normalization = trained.normalization
        let begin = normalization.modelTime(last, origin: origin)
        let from = max(normalization.modelTime(start, origin: origin), begin)
        let horizon = from + max(normalization.trainedHorizon, Normalization.modelSpan)
        var hazards = [Double](repeating: 0, count: path.sampleCount)
        if from > begin { try add(to: &hazards, from: begin, to: from, panels: 8) }
        var curve = [(time: from, survival: Self.survival(hazards))]
        // A tenth of the usual wait: a rate moves little in it.
        let width = 0.1 / intensity.base
        while let end = curve.last, end.time < horizon, end.survival > 1e-4 * curve[0].survival {
            let next = min(end.time + width, horizon)
            try add(to: &hazards, from: end.time, to: next, panels: 1)
            let survival = Self.survival(hazards)
            // A sample whose solve ended early says nothing from there on.
            guard survival.isFinite else { break }
            curve.append((next, survival))
        }
        let total = curve[0].survival
        func time(_ modelTime: Double) -> Double { origin + modelTime * normalization.timeUnit }
        let isComplete = (curve.last?.survival ?? 1) < 0.01 * total
        return NextObservation(
            start: max(start, last), mean: isComplete ? time(from + Self.integral(curve) / total) : nil,
            quantiles: probabilities.map { Self.time(of: (1 - $0) * total, on: curve).map(time) })
    }

    /// Adds ∫ λ of each sample.
    private func add(
        to hazards: inout [Double], from start: Double, to end: Double, panels: Int
    ) throws(SolveError) {
        let rule = Quadrature(over: start...end, panels: panels)
        let rates = try path.decoded(at: rule.nodes).intensities
        for sample in hazards.indices {
            for (node, weight) in rule.weights.enumerated() {
                hazards[sample] += weight * Double(rates[sample * rule.nodes.count + node])
            }
        }
    }

    private static func survival(_ hazards: [Double]) -> Double {
        hazards.reduce(0) { $0 + exp(-$1) } / Double(hazards.count)
    }

    /// ∫ of a curve that is an exponential between its points.
    private static func integral(_ curve: [(time: Double, survival: Double)]) -> Double {
        zip(curve, curve.dropFirst()).reduce(0) { sum, ends in
            let (first, second) = ends
            let fall = log(first.survival / second.survival)
            let mean =
                fall < 1e-6
                ? 0.5 * (first.survival + second.survival) : (first.survival - second.survival) / fall
            return sum + (second.time - first.time) * mean
        }
    }

    /// Where the curve falls to a value; nil where it does not.
    private static func time(of value: Double, on curve: [(time: Double, survival: Double)]) -> Double? {
        guard let place = curve.firstIndex(where: { $0.survival <= value }) else { return nil }
        guard place > 0 else { return curve[0].time }
        let (first, second) = (curve[place - 1], curve[place])
        let share = log(first.survival / value) / log(first.survival / second.survival)
        return first.time + share * (second.time - first.time)
    }
}
