import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

/// Loss and gradients against torchdiffeq's, on the problem that scripts/references/gradients.py describes.
@Suite struct GradientReferenceTests {
    private let field = PerceptronField<Double>(
        dimension: 3, hidden: 5, parameters: (0..<43).map { 0.6 * sin(1 + 0.7 * Double($0)) }, kernels: .underTest,
        sine: sin, cosine: cos)
    private let batch = TrajectoryBatch<Double>(
        initialStates: (0..<12).map { cos(2 * Double($0)) }, count: 4, startTime: 0, endTime: 2,
        evaluationTimes: [0.5, 1.25, 2])
    private let weights = (0..<36).map { sin(3 * Double($0) + 1) }

    private func solver(_ method: RungeKuttaMethod) -> BatchSolver<PerceptronField<Double>> {
        BatchSolver(
            field: field, method: method, controller: .integral,
            tolerances: Tolerances(relative: 1e-12, absolute: 1e-13), kernels: .underTest,
            pool: ThreadPool(threadCount: 2), maxSteps: 100_000)
    }

    @Test(arguments: [RungeKuttaMethod.dormandPrince54, .tsitouras54, .dormandPrince853])
    func `loss and discretised gradient agree with an independent framework`(_ method: RungeKuttaMethod) throws {
        let solver = solver(method)
        let record = try solver.solveRecording(batch)
        let loss = zip(record.solution.states, weights).reduce(0.0) { $0 + $1.0 * $1.1 }
        let gradient = solver.pullback(record, stateCotangents: weights)
        #expect(abs(loss - GradientReferences.loss) < 1e-10)
        #expect(
            FiniteDifferences.relativeDifference(gradient.initialStates, GradientReferences.initialStates) < 1e-9)
        #expect(FiniteDifferences.relativeDifference(gradient.parameters, GradientReferences.parameters) < 1e-9)
    }

    @Test(arguments: AdjointNorm.allCases)
    func `the continuous adjoint agrees with an independent framework`(_ norm: AdjointNorm) throws {
        let solver = solver(.dormandPrince853)
        let gradient = try solver.continuousAdjoint(
            batch, solution: try solver.solve(batch), stateCotangents: weights, norm: norm)
        #expect(
            FiniteDifferences.relativeDifference(gradient.initialStates, GradientReferences.adjointInitialStates)
                < 1e-9)
        #expect(FiniteDifferences.relativeDifference(gradient.parameters, GradientReferences.adjointParameters) < 1e-9)
        // There all trajectories share the times, so that theirs is the sum.
        var times = Array(repeating: 0.0, count: 4)
        for b in 0..<4 {
            times[0] += gradient.startTimes[b]
            for place in 0..<3 { times[place + 1] += gradient.evaluationTimes[3 * b + place] }
        }
        #expect(FiniteDifferences.relativeDifference(times, GradientReferences.adjointTimes) < 1e-9)
    }
}
