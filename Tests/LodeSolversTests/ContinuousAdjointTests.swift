import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ContinuousAdjointTests {
    private let field = PerceptronField<Double>.random(
        dimension: 3, hidden: 9, scale: 2.5, seed: 11, kernels: .underTest, sine: sin, cosine: cos)

    private func solver(
        _ field: PerceptronField<Double>, tolerance: Double = 1e-12, threads: Int = 2
    ) -> BatchSolver<PerceptronField<Double>> {
        BatchSolver(
            field: field, method: .dormandPrince853, controller: .integral,
            tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: .underTest,
            pool: ThreadPool(threadCount: threads), maxSteps: 100_000)
    }

    /// Forward, backward in time, without evaluations, with one at the start, at the end and twice at one time.
    private let batch = TrajectoryBatch<Double>(
        initialStates: [0.3, -0.5, 0.9, 1, 0.2, -0.4, -0.7, 0.1, 0.4, 0.6, -0.3, 0.8],
        startTimes: [0, 1, -0.5, 0.25], endTimes: [2, -0.5, 1.5, 1.75],
        evaluationTimes: [1.5, 0, 0.5, 0.5, 2, 0.7, -0.2, 1, 0.3, 1.1], evaluationOffsets: [0, 5, 8, 8, 10])

    private let weights = (0..<30).map { CounterRandom(seed: 4, stream: 4).normal(UInt64($0)) }
    private let finalWeights = (0..<12).map { CounterRandom(seed: 4, stream: 5).normal(UInt64($0)) }

    private func loss(_ field: PerceptronField<Double>, _ batch: TrajectoryBatch<Double>) throws -> Double {
        let solution = try solver(field).solve(batch)
        var sum = 0.0
        for (value, weight) in zip(solution.states, weights) { sum += value * weight }
        for (value, weight) in zip(solution.finalStates, finalWeights) { sum += value * weight }
        return sum
    }

    @Test(arguments: AdjointNorm.allCases)
    func `it agrees with the pullback of a tight solve`(_ norm: AdjointNorm) throws {
        let solver = solver(field)
        let record = try solver.solveRecording(batch)
        let exact = solver.pullback(record, stateCotangents: weights, finalStateCotangents: finalWeights)
        let adjoint = try solver.continuousAdjoint(
            batch, solution: record.solution, stateCotangents: weights, finalStateCotangents: finalWeights,
            norm: norm)
        #expect(adjoint.outcomes == Array(repeating: .completed, count: 4))
        #expect(FiniteDifferences.relativeDifference(adjoint.parameters, exact.parameters) < 1e-8)
        #expect(FiniteDifferences.relativeDifference(adjoint.initialStates, exact.initialStates) < 1e-8)
    }

    @Test func `time gradients agree with finite differences`() throws {
        let solver = solver(field)
        let gradients = try solver.continuousAdjoint(
            batch, solution: try solver.solve(batch), stateCotangents: weights, finalStateCotangents: finalWeights,
            norm: .seminorm)
        // Only times inside the spans can move both ways.
        for index in [0, 2, 3, 5, 6, 8, 9] {
            let slope = try FiniteDifferences.gradient(at: [batch.evaluationTimes[index]]) { point in
                var moved = batch
                moved.evaluationTimes[index] = point[0]
                return try loss(field, moved)
            }
            #expect(abs(gradients.evaluationTimes[index] - slope[0]) < 1e-7, "evaluation \(index)")
        }
        for trajectory in [2, 3] {
            let start = try FiniteDifferences.gradient(at: [batch.startTimes[trajectory]]) { point in
                var moved = batch
                moved.startTimes[trajectory] = point[0]
                return try loss(field, moved)
            }
            let end = try FiniteDifferences.gradient(at: [batch.endTimes[trajectory]]) { point in
                var moved = batch
                moved.endTimes[trajectory] = point[0]
                return try loss(field, moved)
            }
            #expect(abs(gradients.startTimes[trajectory] - start[0]) < 1e-7)
            #expect(abs(gradients.endTimes[trajectory] - end[0]) < 1e-7)
        }
    }

    @Test func `it has the same bits for any number of threads`() throws {
        let solution = try solver(field, tolerance: 1e-6).solve(batch)
        let runs = try [1, 2, 3].map { threads in
            try solver(field, tolerance: 1e-6, threads: threads).continuousAdjoint(
                batch, solution: solution, stateCotangents: weights, norm: .seminorm)
        }
        #expect(runs[0].parameters == runs[1].parameters && runs[0].parameters == runs[2].parameters)
        #expect(runs[0].initialStates == runs[1].initialStates)
    }
}
