import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ReferenceProblemTests {
    private let pool = ThreadPool(threadCount: 2)

    /// The largest error at the end, in units of tolerance · (1 + |y|).
    private func error(_ states: [Double], _ name: String, tolerance: Double) throws -> Double {
        let exact = try #require(ProblemReferences.endStates[name])
        #expect(states.count == exact.count)
        var largest = 0.0
        for (value, expected) in zip(states, exact) {
            let ratio = abs(value - expected) / (tolerance * (1 + abs(expected)))
            guard ratio.isFinite else { return .infinity }
            largest = max(largest, ratio)
        }
        return largest
    }

    // Each step adds an error of about the tolerance, which the problem then makes grow. The multiple is 60 times that
    // growth, or 60 where it does not grow; the largest measured, over all problems, methods and tolerances, is 43.
    @Test(arguments: [RungeKuttaMethod.dormandPrince54, .tsitouras54, .dormandPrince853, .bogackiShampine32])
    func `DETEST ends within a multiple of the tolerance`(_ method: RungeKuttaMethod) throws {
        for problem in DetestProblems.all {
            for exponent in 3...(method.tableau.order == 3 ? 6 : 9) {
                let tolerance = pow(10, -Double(exponent))
                let solver = BatchSolver(
                    field: FormulaField<Double>(dimension: problem.initialState.count, problem.formula),
                    method: method, controller: .integral,
                    tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: .underTest, pool: pool,
                    maxSteps: 100_000)
                let solution = try solver.solve(
                    TrajectoryBatch(
                        initialStates: problem.initialState, count: 1, startTime: 0, endTime: problem.endTime))
                #expect(solution.outcomes == [.completed])
                let ratio = try error(solution.finalStates, problem.name, tolerance: tolerance)
                let growth = try #require(ProblemReferences.growth[problem.name])
                #expect(ratio < 60 * max(1, growth), "\(problem) at \(tolerance): \(ratio) tolerances")
            }
        }
    }

    @Test(arguments: [AdamsMethod.adamsBashforth(), .adamsBashforthMoulton(), .adamsBashforthMoulton(maximumOrder: 4)])
    func `DETEST ends within a multiple of the tolerance with Adams methods`(_ method: AdamsMethod) throws {
        for problem in DetestProblems.all {
            for exponent in 3...9 {
                let tolerance = pow(10, -Double(exponent))
                let solver = MultistepSolver(
                    field: FormulaField<Double>(dimension: problem.initialState.count, problem.formula),
                    method: method, controller: .integral,
                    tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: .underTest, pool: pool,
                    maxSteps: 100_000)
                let solution = try solver.solve(
                    TrajectoryBatch(
                        initialStates: problem.initialState, count: 1, startTime: 0, endTime: problem.endTime))
                #expect(solution.outcomes == [.completed])
                let ratio = try error(solution.finalStates, problem.name, tolerance: tolerance)
                let growth = try #require(ProblemReferences.growth[problem.name])
                #expect(ratio < 60 * max(1, growth), "\(problem) at \(tolerance): \(ratio) tolerances")
            }
        }
    }

    @Test(arguments: StiffProblem.all)
    func `the stiff method ends within a multiple of the tolerance`(_ problem: StiffProblem) throws {
        for exponent in [4, 6, 8] {
            let tolerance = pow(10, -Double(exponent))
            let solver = StiffSolver(
                field: problem, controller: .integral,
                tolerances: Tolerances(relative: tolerance, absolute: 1e-4 * tolerance), kernels: .underTest,
                pool: pool, maxSteps: 20_000)
            let solution = try solver.solve(
                TrajectoryBatch(
                    initialStates: problem.initialState, count: 1, startTime: 0, endTime: problem.endTime))
            #expect(solution.outcomes == [.completed])
            // Stiff solutions forget their errors: the largest measured is a fifth of the tolerance.
            #expect(try error(solution.finalStates, problem.name, tolerance: tolerance) < 1)
            #expect(solution.statistics[0].acceptedSteps < 4000)
        }
    }
}
