import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct JumpTests {
    private let pool = ThreadPool(threadCount: 2)
    private let jumps = [1.0, 2.5]

    // y' = −y + u(t) with u = 0, 3, −1 between the jumps; it is never evaluated at one.
    private let field = FormulaField<Double>(dimension: 1) { t, y in
        t == 1 || t == 2.5 ? [.nan] : [-y[0] + (t < 1 ? 0 : t < 2.5 ? 3 : -1)]
    }

    private func exact(_ t: Double) -> Double {
        let one = exp(-1.0)
        let two = 3 + (one - 3) * exp(-1.5)
        return t <= 1 ? exp(-t) : t <= 2.5 ? 3 + (one - 3) * exp(-(t - 1)) : -1 + (two + 1) * exp(-(t - 2.5))
    }

    private func check(
        _ solve: (TrajectoryBatch<Double>) throws -> BatchSolution<Double>, tolerance: Double,
        mostRejections: Int
    ) throws {
        let times = [0.0, 0.4, 1, 1.7, 2.5, 3.1, 4]
        let forward = try solve(
            TrajectoryBatch(initialStates: [1], count: 1, startTime: 0, endTime: 4, evaluationTimes: times))
        let backward = try solve(
            TrajectoryBatch(initialStates: [exact(4)], count: 1, startTime: 4, endTime: 0, evaluationTimes: times))
        let between = try solve(
            TrajectoryBatch(
                initialStates: [exact(1)], count: 1, startTime: 1, endTime: 2.5, evaluationTimes: [1, 1.7, 2.5]))
        #expect(forward.outcomes + backward.outcomes + between.outcomes == Array(repeating: .completed, count: 3))
        for (index, time) in times.enumerated() {
            #expect(abs(forward.states[index] - exact(time)) < tolerance)
            // Backward the problem is unstable: errors grow by e⁴.
            #expect(abs(backward.states[index] - exact(time)) < 60 * tolerance)
        }
        for (index, time) in [1, 1.7, 2.5].enumerated() {
            #expect(abs(between.states[index] - exact(time)) < tolerance)
        }
        #expect(forward.statistics[0].rejectedSteps <= mostRejections)
    }

    @Test(arguments: [RungeKuttaMethod.dormandPrince54, .tsitouras54, .dormandPrince853, .bogackiShampine32])
    func `no step crosses a jump and no evaluation falls on one`(_ method: RungeKuttaMethod) throws {
        try check(
            {
                try BatchSolver(
                    field: field, method: method, controller: .integral,
                    tolerances: Tolerances(relative: 1e-8, absolute: 1e-8), kernels: .underTest, pool: pool,
                    maxSteps: 10_000, jumpTimes: jumps.reversed()
                ).solve($0)
            }, tolerance: 1e-7,
            // No step is wasted on finding the jumps.
            mostRejections: 4)
    }

    @Test func `the multistep solver starts anew behind a jump`() throws {
        try check(
            {
                try MultistepSolver(
                    field: field, method: .adamsBashforthMoulton(), controller: .integral,
                    tolerances: Tolerances(relative: 1e-8, absolute: 1e-8), kernels: .underTest, pool: pool,
                    maxSteps: 10_000, jumpTimes: jumps
                ).solve($0)
            }, tolerance: 1e-6,
            // Behind a jump the order falls to 1, and the step size has to follow: seven fifths each.
            mostRejections: 20)
    }

    @Test(arguments: [RungeKuttaMethod.dormandPrince54, .tsitouras54, .dormandPrince853])
    func `gradients pass through jumps`(_ method: RungeKuttaMethod) throws {
        let base = PerceptronField<Double>.random(
            dimension: 2, hidden: 6, scale: 2, seed: 33, kernels: .underTest,
            // The input switches at both times.
            sine: { $0 < 1 ? 0.2 : $0 < 2.5 ? 2 : -1 }, cosine: { _ in 0 })
        let batch = TrajectoryBatch(
            initialStates: (0..<38).map { sin(Double($0)) }, count: 19, startTime: 0.5, endTime: 3,
            evaluationTimes: [0.5, 0.9, 1, 1.3, 2.5, 2.9])
        let weights = (0..<batch.evaluationTimes.count * 2).map { cos(Double($0)) }
        func solver(_ field: PerceptronField<Double>) -> BatchSolver<PerceptronField<Double>> {
            BatchSolver(
                field: field, method: method, controller: .constant(0.3),
                tolerances: Tolerances(relative: 1, absolute: 1), kernels: .underTest, pool: pool, maxSteps: 1000,
                jumpTimes: jumps)
        }
        let gradient = solver(base).pullback(
            try solver(base).solveRecording(batch), stateCotangents: weights)
        let expected = try FiniteDifferences.gradient(at: base.parameters) { parameters in
            let moved = PerceptronField<Double>(
                dimension: 2, hidden: 6, parameters: parameters, kernels: .underTest,
                sine: { $0 < 1 ? 0.2 : $0 < 2.5 ? 2 : -1 }, cosine: { _ in 0 })
            return zip(try solver(moved).solve(batch).states, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        // The large weights of DOP853's dense output round to 1e-13, over steps of 1e-5.
        #expect(FiniteDifferences.relativeDifference(gradient.parameters, expected) < 1e-7)
        let states = try FiniteDifferences.gradient(at: batch.initialStates) { initial in
            var moved = batch
            moved.initialStates = initial
            return zip(try solver(base).solve(moved).states, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(FiniteDifferences.relativeDifference(gradient.initialStates, states) < 1e-7)
    }
}
