import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

/// What the stiff and the multistep solver share with the explicit one.
@Suite struct OtherSolverTests {
    private let pool = ThreadPool(threadCount: 2)
    private let field = PerceptronField<Double>.random(
        dimension: 4, hidden: 11, scale: 3, seed: 21, kernels: .underTest, sine: sin, cosine: cos)

    private func batch(count: Int) -> TrajectoryBatch<Double> {
        let random = CounterRandom(seed: 8, stream: 8)
        var times: [Double] = []
        for b in 0..<count {
            let end = b % 3 == 0 ? -3.0 : 4.0
            for place in 0..<6 { times.append(end * random.uniform(UInt64(1000 + 6 * b + place))) }
        }
        return TrajectoryBatch(
            initialStates: (0..<4 * count).map { random.normal(UInt64($0)) },
            startTimes: Array(repeating: 0, count: count), endTimes: (0..<count).map { $0 % 3 == 0 ? -3 : 4 },
            evaluationTimes: times, evaluationOffsets: (0...count).map { 6 * $0 })
    }

    private func part(_ batch: TrajectoryBatch<Double>, _ b: Int) -> TrajectoryBatch<Double> {
        TrajectoryBatch(
            initialStates: Array(batch.initialStates[4 * b..<4 * b + 4]), startTimes: [batch.startTimes[b]],
            endTimes: [batch.endTimes[b]], evaluationTimes: Array(batch.evaluationTimes[6 * b..<6 * b + 6]),
            evaluationOffsets: [0, 6])
    }

    private func check(
        _ solve: (TrajectoryBatch<Double>) throws -> BatchSolution<Double>
    ) throws {
        let batch = batch(count: 37)
        let solution = try solve(batch)
        #expect(solution.outcomes == Array(repeating: .completed, count: 37))
        let tight = BatchSolver(
            field: field, method: .dormandPrince853, controller: .integral,
            tolerances: Tolerances(relative: 1e-12, absolute: 1e-12), kernels: .underTest, pool: pool,
            maxSteps: 10_000)
        let exact = try tight.solve(batch)
        // Dense output at six random times each: the largest error measured is 120 tolerances, as errors grow here.
        for (value, expected) in zip(solution.states, exact.states) { #expect(abs(value - expected) < 3e-5) }
        for b in [0, 1, 17, 36] {
            let alone = try solve(part(batch, b))
            #expect(alone.states == Array(solution.states[24 * b..<24 * b + 24]))
            #expect(alone.statistics == [solution.statistics[b]])
        }
    }

    @Test func `the stiff solver's trajectories do not depend on their batch`() throws {
        try check { batch in
            try StiffSolver(
                field: PulledBackJacobian(field), controller: .proportionalIntegral,
                tolerances: Tolerances(relative: 1e-7, absolute: 1e-7), kernels: .underTest, pool: pool,
                maxSteps: 10_000
            ).solve(batch)
        }
    }

    @Test(arguments: [AdamsMethod.adamsBashforth(), .adamsBashforthMoulton()])
    func `the multistep solver's trajectories do not depend on their batch`(_ method: AdamsMethod) throws {
        try check { batch in
            try MultistepSolver(
                field: field, method: method, controller: .integral,
                tolerances: Tolerances(relative: 1e-7, absolute: 1e-7), kernels: .underTest, pool: pool,
                maxSteps: 10_000
            ).solve(batch)
        }
    }
}
