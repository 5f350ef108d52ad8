internal import Foundation
internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

/// Adam on minibatches that are never seen twice, its rate falling along half a cosine to a hundredth.
struct FlowTraining: Sendable {
    /// Minibatches.
    var steps: Int
    /// Points of a minibatch.
    var batchSize: Int
    /// The rate of the first steps.
    var learningRate: Double

    /// A trained flow.
    struct Result {
        var model: any FlowModel
        var parameters: ParameterVector<Float>
        /// Seconds that training took.
        var seconds: Double
        /// Points that were left out of a minibatch because their solve did not finish.
        var unfinished: Int
    }

    /// Trains by a divergence from `target`.
    func run(
        _ model: any FlowModel, target: PlanePotential, seed: UInt64, label: String, in laboratory: Laboratory
    ) throws(ExperimentError) -> Result {
        try run(model, seed: seed, label: label, in: laboratory) { parameters, step, gradient throws(SolveError) in
            try model.divergence(
                from: Tempered(target: target, inverseTemperature: inverseTemperature(step)),
                base: Self.normals(batchSize, seed: seed, step: step),
                noise: FlowNoise(seed: seed, step: step), parameters: parameters, gradient: &gradient,
                kernels: laboratory.kernels, pool: laboratory.pool)
        }
    }

    /// A tenth at first, 1 from a tenth of the steps on, so that no mode is lost before it was seen.
    ///
    /// Much as in D. J. Rezende, S. Mohamed, ICML 2015, arXiv:1505.05770, equation 20.
    private func inverseTemperature(_ step: UInt64) -> Double {
        min(1, 0.1 + Double(step) / (0.1 * Double(steps)))
    }

    /// An energy times an inverse temperature.
    private struct Tempered: PotentialEnergy {
        let target: PlanePotential
        let inverseTemperature: Double

        var dimension: Int { target.dimension }

        func energy(at point: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>) -> Double {
            let energy = target.energy(at: point, slope: slope)
            for component in 0..<dimension { slope[component] *= inverseTemperature }
            return inverseTemperature * energy
        }
    }

    /// Trains by the likelihood of points of `set`.
    func run(
        _ model: any FlowModel, set: PlaneSet, seed: UInt64, label: String, in laboratory: Laboratory
    ) throws(ExperimentError) -> Result {
        try run(model, seed: seed, label: label, in: laboratory) { parameters, step, gradient throws(SolveError) in
            try model.negativeLogDensity(
                of: set.points(batchSize, seed: seed, step: step), noise: FlowNoise(seed: seed, step: step),
                parameters: parameters, gradient: &gradient, kernels: laboratory.kernels, pool: laboratory.pool)
        }
    }

    /// Standard normal points of a step, `[count][2]`; `UInt64.max` is a test's.
    static func normals(_ count: Int, seed: UInt64, step: UInt64) -> [Float] {
        let random = CounterRandom(seed: seed, path: 0x6261_7365, step)
        return (0..<UInt64(2 * count)).map { Float(random.normal($0)) }
    }

    private func run(
        _ model: any FlowModel, seed: UInt64, label: String, in laboratory: Laboratory,
        loss: (_ parameters: ParameterVector<Float>, _ step: UInt64, _ gradient: inout [Float]) throws(SolveError) ->
            FlowLoss
    ) throws(ExperimentError) -> Result {
        let start = laboratory.clock()
        let parameters = ParameterVector<Float>(layout: model.layout, seed: seed)
        // Gradients of a flow that folds grow large at times.
        let adam = Adam(gradientClipNorm: 5)
        var state = Adam.State<Float>(count: parameters.count)
        var gradient: [Float] = []
        var unfinished = 0
        var recent = 0.0
        let shown = max(steps / 4, 1)
        for step in 0..<steps {
            let value: FlowLoss
            do {
                value = try loss(parameters, UInt64(step), &gradient)
            } catch {
                throw .solver(error)
            }
            unfinished += value.unfinished
            recent += value.value
            let share = Double(step) / Double(steps)
            let rate = learningRate * (0.01 + 0.99 * 0.5 * (1 + cos(.pi * share)))
            gradient.withUnsafeMutableBufferPointer { gradient in
                guard let gradient = gradient.baseAddress else { return }
                // A gradient that is not finite changes nothing, which is all that can be done about it here.
                _ = adam.update(
                    parameters, gradient: gradient, learningRate: rate, state: &state, kernels: laboratory.kernels)
            }
            if (step + 1).isMultiple(of: shown) {
                laboratory.report(
                    "\(label), seed \(seed), step \(step + 1) of \(steps): loss "
                        + "\(ExperimentTable.digits(recent / Double(shown)))")
                recent = 0
            }
        }
        return Result(
            model: model, parameters: parameters, seconds: laboratory.clock() - start, unfinished: unfinished)
    }
}
