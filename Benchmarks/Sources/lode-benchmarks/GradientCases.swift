import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers

extension SolveCases {
    /// The solve inside a training step: forward with checkpoints, at irregular times of each series' own, and back.
    func gradient(name: String, count: Int, times: Int, widths: [Int]) throws {
        let dimension = widths[0]
        let dynamics = LatentDynamics(
            latent: dimension, hidden: Array(widths.dropFirst().dropLast()), form: DynamicsConfiguration())
        let field = LatentField(
            dynamics: dynamics, parameters: ParameterVector<Float>(layout: dynamics.layout, seed: 1),
            range: 0..<dynamics.layout.count, controls: [], sampleCount: 1, kernels: Kernels(instructionSet))
        let random = CounterRandom(seed: 4, stream: 0)
        let evaluationTimes = (0..<count).flatMap { series in
            (0..<times).map { 5 * random.uniform(UInt64(series * times + $0)) }.sorted()
        }
        let batch = TrajectoryBatch<Float>(
            initialStates: (0..<count * dimension).map { Float(random.normal(1 << 20 + UInt64($0))) },
            startTimes: Array(repeating: 0, count: count), endTimes: Array(repeating: 5, count: count),
            evaluationTimes: evaluationTimes, evaluationOffsets: (0...count).map { $0 * times })
        let cotangents = (0..<count * times * dimension).map { Float(random.normal(1 << 30 + UInt64($0))) }
        let solver = BatchSolver(
            field: field, method: .dormandPrince54, controller: .integral,
            tolerances: Tolerances(relative: 1e-3, absolute: 1e-4), kernels: Kernels(instructionSet), pool: pool,
            maxSteps: 10_000)
        var sum: Float = 0
        let seconds = try Measurement.median(repetitions: repetitions) {
            let record = try solver.solveRecording(batch)
            sum += solver.pullback(record, stateCotangents: cotangents).parameters[0]
        }
        precondition(sum.isFinite, "\(name): the gradient is not finite")
        let forward = try Measurement.median(repetitions: repetitions) { _ = try solver.solveRecording(batch) }
        Measurement(
            name: name, seconds: seconds,
            figures: [("series_per_s", Double(count) / seconds), ("forward_seconds", forward)]
        ).printLine()
    }
}
