import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct StepControlTests {
    private let pool = ThreadPool(threadCount: 2)
    // A slow component and a fast one that do not touch each other.
    private let field = FormulaField<Double>(dimension: 2) { t, y in [-y[0], 40 * cos(40 * t)] }

    private func solve(
        _ controller: StepSizeController, _ tolerances: Tolerances = Tolerances(relative: 1e-6, absolute: 1e-6),
        start: Double = 0, end: Double = 2, initial: [Double] = [1, 0]
    ) throws -> BatchSolution<Double> {
        try BatchSolver(
            field: field, method: .dormandPrince54, controller: controller, tolerances: tolerances,
            kernels: .underTest, pool: pool, maxSteps: 100_000
        ).solve(TrajectoryBatch(initialStates: initial, count: 1, startTime: start, endTime: end))
    }

    private static let controllers: [(String, StepSizeController)] = [
        ("I", .integral), ("PI", .proportionalIntegral), ("PID", .proportionalIntegralDerivative()),
    ]

    @Test(arguments: controllers.indices, ErrorNorm.allCases)
    func `every controller and norm keeps the tolerance`(_ index: Int, _ norm: ErrorNorm) throws {
        var controller = Self.controllers[index].1
        controller.norm = norm
        let solution = try solve(controller)
        #expect(solution.outcomes == [.completed])
        // 137 steps: their errors, each below the tolerance, add up to at most a few of it.
        #expect(abs(solution.finalStates[0] - exp(-2)) < 1e-5 && abs(solution.finalStates[1] - sin(80)) < 1e-5)
        // I control overshoots on an oscillation; P and D damp that.
        let factor = index == 0 ? 3 : 5
        #expect(solution.statistics[0].rejectedSteps * factor < solution.statistics[0].acceptedSteps)
    }

    @Test func `a component left out of the norm does not steer the steps`() throws {
        var controller = StepSizeController.integral
        controller.includedComponents = [true, false]
        let slow = try solve(controller).statistics[0].acceptedSteps
        let both = try solve(.integral).statistics[0].acceptedSteps
        #expect(slow * 4 < both)
    }

    @Test func `tolerances of one component steer by that component`() throws {
        let tight = try solve(.integral, Tolerances(relative: [0], absolute: [1, 1e-10]))
        let loose = try solve(.integral, Tolerances(relative: [0], absolute: [1, 1e-4]))
        #expect(abs(tight.finalStates[1] - sin(80)) < 1e-8)
        #expect(tight.statistics[0].acceptedSteps > 5 * loose.statistics[0].acceptedSteps)
    }

    @Test func `limits on the step and its first size are kept`() throws {
        var controller = StepSizeController.integral
        controller.maximumStepSize = 0.001
        // The first step may be shorter, and the last.
        #expect(2000...2002 ~= (try solve(controller).statistics[0].acceptedSteps))
        var first = StepSizeController.integral
        first.initialStepSize = 1e-6
        let statistics = try solve(first).statistics[0]
        // One evaluation at the start, not two; six an attempt.
        #expect(
            statistics.vectorFieldEvaluations == 1 + 6 * (statistics.acceptedSteps + statistics.rejectedSteps))
        #expect(try solve(.constant(0.25)).statistics[0].acceptedSteps == 8)
        #expect(try solve(.constant(0.3)).statistics[0].acceptedSteps == 7)
    }

    @Test func `a span in two parts agrees with the whole`() throws {
        let half = try solve(.integral, end: 0.7)
        let rest = try solve(.integral, start: 0.7, initial: half.finalStates)
        let whole = try solve(.integral)
        for component in 0..<2 {
            #expect(abs(rest.finalStates[component] - whole.finalStates[component]) < 1e-5)
        }
        // There and back again.
        let back = try solve(.integral, start: 2, end: 0, initial: whole.finalStates)
        #expect(abs(back.finalStates[0] - 1) < 1e-4 && abs(back.finalStates[1]) < 1e-4)
    }

    @Test func `the gradient of a batch with more groups than partial sums is the sum over its trajectories`() throws {
        let field = PerceptronField<Double>.random(
            dimension: 1, hidden: 2, scale: 1, seed: 5, kernels: .underTest, sine: sin, cosine: cos)
        let count = 33_000
        let solver = BatchSolver(
            field: field, method: .bogackiShampine32, controller: .constant(0.5),
            tolerances: Tolerances(relative: 1, absolute: 1), kernels: .underTest, pool: pool, maxSteps: 10)
        func gradient(_ range: Range<Int>) throws -> [Double] {
            let batch = TrajectoryBatch<Double>(
                initialStates: range.map { sin(Double($0)) }, count: range.count, startTime: 0, endTime: 1)
            return solver.pullback(
                try solver.solveRecording(batch), stateCotangents: [],
                finalStateCotangents: Array(repeating: 1, count: range.count)
            ).parameters
        }
        let whole = try gradient(0..<count)
        var sum = Array(repeating: 0.0, count: field.parameterCount)
        for first in stride(from: 0, to: count, by: 5500) {
            for (index, part) in try gradient(first..<first + 5500).enumerated() { sum[index] += part }
        }
        #expect(FiniteDifferences.relativeDifference(whole, sum) < 1e-11)
    }
}
