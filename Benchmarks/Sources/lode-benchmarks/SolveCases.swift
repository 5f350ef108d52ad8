import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers

/// The solve cases: each checks its result against a tight solve in Float64, then measures.
struct SolveCases {
    let pool: ThreadPool
    let instructionSet: InstructionSet
    let repetitions: Int
    let isChecked: Bool

    func solver<Field: VectorField>(
        _ field: Field, relative: Double, absolute: Double
    ) -> BatchSolver<Field> {
        BatchSolver(
            field: field, method: .dormandPrince54, controller: .integral,
            tolerances: Tolerances(relative: relative, absolute: absolute), kernels: Kernels(instructionSet),
            pool: pool, maxSteps: 100_000)
    }

    private func times(end: Double, count: Int = 100) -> [Double] {
        (0..<count).map { Double($0) * end / Double(count - 1) }
    }

    /// B trajectories of a latent ODE: latent 20, field 20-50-50-20.
    func latent(count: Int, name: String? = nil, outputs: Int = 100, repetitions: Int? = nil) throws {
        let widths = [20, 50, 50, 20]
        let random = CounterRandom(seed: 2, stream: 0)
        let states = (0..<count * 20).map { random.normal(UInt64($0)) }
        let dynamics = LatentDynamics(latent: 20, hidden: [50, 50], form: DynamicsConfiguration())
        let parameters = ParameterVector<Float>(layout: dynamics.layout, seed: 1)
        let fast = LatentField(
            dynamics: dynamics, parameters: parameters, range: 0..<dynamics.layout.count, controls: [],
            sampleCount: 1, kernels: Kernels(instructionSet))
        let batch = TrajectoryBatch<Float>(
            initialStates: states.map { Float($0) }, count: count, startTime: 0, endTime: 5,
            evaluationTimes: times(end: 5, count: outputs))
        let solver = solver(fast, relative: 1e-3, absolute: 1e-4)
        let solution = try solver.solve(batch)
        if isChecked, count <= 1024 {
            let doubles = ParameterVector<Double>(layout: dynamics.layout)
            doubles.values = parameters.values.map { Double($0) }
            let exact = LatentField(
                dynamics: dynamics, parameters: doubles, range: 0..<dynamics.layout.count, controls: [],
                sampleCount: 1, kernels: Kernels(instructionSet))
            let reference = try self.solver(exact, relative: 1e-9, absolute: 1e-10).solve(
                TrajectoryBatch(
                    initialStates: batch.initialStates.map { Double($0) }, count: count, startTime: 0, endTime: 5,
                    evaluationTimes: times(end: 5, count: outputs)))
            check(solution, against: reference, relative: 1e-3, absolute: 1e-4, name: "latent")
        }
        let seconds = try Measurement.median(repetitions: repetitions ?? self.repetitions) {
            _ = try solver.solve(batch)
        }
        // Of one evaluation of one trajectory, the activations not counted.
        let operations = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + 2 * Double($1.0 * $1.1) }
        let evaluations = solution.statistics.reduce(0) { $0 + $1.vectorFieldEvaluations }
        Measurement(
            name: name ?? "solve_B\(count)", seconds: seconds,
            figures: [
                ("solves_per_s", Double(count) / seconds), ("steps_mean", meanSteps(solution)),
                ("gflops", Double(evaluations) * operations / seconds / 1e9),
                ("microseconds_per_trajectory", 1e6 * seconds / Double(count)),
                ("peak_megabytes", Measurement.peakMegabytes()),
            ]
        ).printLine()
    }

    /// 1,024 van der Pol oscillators with μ from 0.1 to 30.
    func vanDerPol() throws {
        let count = 1024
        let random = CounterRandom(seed: 3, stream: 0)
        let stiffness = (0..<count).map { exp(log(0.1) + random.uniform(UInt64($0)) * (log(30) - log(0.1))) }
        let states = (0..<2 * count).map { 4 * random.uniform(UInt64(count + $0)) - 2 }
        let batch = TrajectoryBatch<Float>(
            initialStates: states.map { Float($0) }, count: count, startTime: 0, endTime: 20,
            evaluationTimes: times(end: 20))
        let solver = solver(
            VanDerPol<Float>(stiffness: ParameterMemory(stiffness)), relative: 1e-4, absolute: 1e-5)
        let solution = try solver.solve(batch)
        if isChecked {
            let reference = try self.solver(
                VanDerPol<Double>(stiffness: ParameterMemory(stiffness.map { Double(Float($0)) })), relative: 1e-10,
                absolute: 1e-11
            ).solve(
                TrajectoryBatch(
                    initialStates: batch.initialStates.map { Double($0) }, count: count, startTime: 0, endTime: 20,
                    evaluationTimes: times(end: 20)))
            check(solution, against: reference, relative: 1e-4, absolute: 1e-5, name: "van der Pol")
        }
        let seconds = try Measurement.median(repetitions: repetitions) { _ = try solver.solve(batch) }
        let most = solution.statistics.reduce(0) { max($0, $1.acceptedSteps + $1.rejectedSteps) }
        Measurement(
            name: "solve_vdp", seconds: seconds,
            figures: [
                ("solves_per_s", Double(count) / seconds), ("steps_mean", meanSteps(solution)),
                ("steps_max", Double(most)),
            ]
        ).printLine()
    }

    private func meanSteps(_ solution: BatchSolution<Float>) -> Double {
        let steps = solution.statistics.reduce(0) { $0 + $1.acceptedSteps + $1.rejectedSteps }
        return Double(steps) / Double(solution.statistics.count)
    }

    /// The mean error, in units of the tolerance, must be of the tolerance's order; stops the program where it is not.
    ///
    /// The mean, not the largest: where a relaxation oscillator jumps, a small shift in time is a large one in state.
    private func check(
        _ solution: BatchSolution<Float>, against reference: BatchSolution<Double>, relative: Double,
        absolute: Double, name: String
    ) {
        precondition(solution.outcomes.allSatisfy(\.isCompleted) && reference.outcomes.allSatisfy(\.isCompleted))
        var ratios: [Double] = []
        ratios.reserveCapacity(reference.states.count)
        for (value, exact) in zip(solution.states, reference.states) {
            let ratio = abs(Double(value) - exact) / (absolute + relative * abs(exact))
            precondition(ratio.isFinite, "\(name): a value is not finite")
            ratios.append(ratio)
        }
        ratios.sort()
        let median = ratios[ratios.count / 2]
        FileHandle.standardError.write(
            Data(
                "# \(name): error in units of the tolerance, median \(median), 99 % \(ratios[ratios.count * 99 / 100])\n"
                    .utf8))
        precondition(median < 3, "\(name): the median error is \(median) tolerances")
    }
}
