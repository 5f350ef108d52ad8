import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

/// Jumps of single trajectories.
@Suite struct OwnJumpTests {
    private let pool = ThreadPool(threadCount: 2)

    private static func switchTime(_ b: Int) -> Double? { b % 2 == 0 ? 1 + Double(b) / 100 : nil }

    /// y' = −y for odd trajectories; for even ones y' = −y + 3 from their switch on, and NaN at it.
    private let field = FormulaField<Double>(
        dimension: 1,
        byTrajectory: { t, y, b in
            guard let time = Self.switchTime(b) else { return [-y[0]] }
            return [t == time ? .nan : -y[0] + (t > time ? 3 : 0)]
        })

    private func batch(_ count: Int, start: Double = 0, end: Double = 4) -> TrajectoryBatch<Double> {
        var batch = TrajectoryBatch(
            initialStates: Array(repeating: 1.0, count: count), count: count, startTime: start, endTime: end,
            evaluationTimes: [0.5, 2, 4])
        batch.jumpOffsets = [0]
        for b in 0..<count {
            // 9 lies beyond the end and must not matter.
            if let time = Self.switchTime(b) { batch.jumpTimes += [time, 9] }
            batch.jumpOffsets.append(batch.jumpTimes.count)
        }
        return batch
    }

    private func solver(shared: [Double] = []) -> BatchSolver<FormulaField<Double>> {
        BatchSolver(
            field: field, method: .dormandPrince54, controller: .integral,
            tolerances: Tolerances(relative: 1e-9, absolute: 1e-9), kernels: .underTest, pool: pool, maxSteps: 10_000,
            jumpTimes: shared)
    }

    @Test(arguments: [[], [2.25], [1.06, 1.5]])
    func `each trajectory stops at its own jumps, and at those that all share`(_ shared: [Double]) throws {
        let count = 50
        let solution = try solver(shared: shared).solve(batch(count))
        #expect(solution.outcomes.allSatisfy { $0 == .completed })
        for b in 0..<count {
            for (index, t) in [0.5, 2, 4].enumerated() {
                let time = Self.switchTime(b) ?? .infinity
                let exact = exp(-t) + (t > time ? 3 * (1 - exp(-(t - time))) : 0)
                #expect(abs(solution.states[3 * b + index] - exact) < 1e-7)
            }
            #expect(solution.statistics[b].rejectedSteps <= 2)
        }
    }

    @Test func `jumps of neighbours do not change a trajectory's bits or its number of steps`() throws {
        let with = try solver().solve(batch(50))
        var without = batch(50)
        without.jumpTimes = []
        without.jumpOffsets = []
        for b in stride(from: 1, to: 50, by: 2) {
            var alone = without
            alone.initialStates = [1]
            alone.startTimes = [0]
            alone.endTimes = [4]
            alone.evaluationTimes = [0.5, 2, 4]
            alone.evaluationOffsets = [0, 3]
            // Trajectory 0 of a batch of one switches; the odd ones do not, so b alone is solved by a field of its own.
            let plain = FormulaField<Double>(dimension: 1) { _, y in [-y[0]] }
            let own = try BatchSolver(
                field: plain, method: .dormandPrince54, controller: .integral,
                tolerances: Tolerances(relative: 1e-9, absolute: 1e-9), kernels: .underTest, pool: pool,
                maxSteps: 10_000
            ).solve(alone)
            #expect(own.states == Array(with.states[3 * b..<3 * b + 3]))
            #expect(own.statistics[0].acceptedSteps == with.statistics[b].acceptedSteps)
        }
    }

    @Test func `jumps that do not ascend or do not fit are refused`() {
        var descending = batch(2)
        descending.jumpTimes = [2, 1]
        descending.jumpOffsets = [0, 2, 2]
        #expect(throws: SolveError.invalidJumps(trajectory: 0)) { _ = try solver().solve(descending) }
        var short = batch(2)
        short.jumpOffsets = [0, 2]
        #expect(throws: SolveError.shapeMismatch(what: "jump offsets", expected: 3, actual: 2)) {
            _ = try solver().solve(short)
        }
        var infinite = batch(1)
        infinite.jumpTimes = [1, .infinity]
        #expect(throws: SolveError.nonFiniteJumpTime(.infinity)) { _ = try solver().solve(infinite) }
    }
}
