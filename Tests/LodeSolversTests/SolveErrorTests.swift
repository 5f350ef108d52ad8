import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct SolveErrorTests {
    private let decay = FormulaField<Double>(dimension: 2) { _, y in [-y[0], -y[1]] }

    private func solve(
        _ batch: TrajectoryBatch<Double>? = nil, method: RungeKuttaMethod = .dormandPrince54,
        tolerances: Tolerances = Tolerances(relative: 1e-3, absolute: 1e-6), maxSteps: Int = 1000,
        jumpTimes: [Double] = [],
        _ change: (inout StepSizeController) -> Void = { _ in }
    ) throws -> BatchSolution<Double> {
        var controller = StepSizeController.integral
        change(&controller)
        let good = TrajectoryBatch<Double>(initialStates: [1, 2], count: 1, startTime: 0, endTime: 1)
        return try BatchSolver(
            field: decay, method: method, controller: controller, tolerances: tolerances, kernels: .underTest,
            pool: ThreadPool(threadCount: 1), maxSteps: maxSteps, jumpTimes: jumpTimes
        ).solve(batch ?? good)
    }

    @Test func `tolerances must be positive and finite, and fit the state`() throws {
        for (relative, absolute) in [(0.0, 0.0), (-1e-3, 1e-6), (1e-3, -1e-6), (.nan, 1e-6), (1e-3, .infinity)] {
            let error = #expect(throws: SolveError.self) {
                try solve(tolerances: Tolerances(relative: relative, absolute: absolute))
            }
            guard case .invalidTolerance(0, _, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(throws: SolveError.invalidTolerance(component: 1, relative: 0, absolute: 0)) {
            try solve(tolerances: Tolerances(relative: [0], absolute: [1e-6, 0]))
        }
        #expect(throws: SolveError.shapeMismatch(what: "absolute tolerances", expected: 2, actual: 3)) {
            try solve(tolerances: Tolerances(relative: [1e-3], absolute: [1, 1, 1]))
        }
        #expect(try solve(tolerances: Tolerances(relative: [1e-3], absolute: [1e-6, 1])).outcomes == [.completed])
    }

    @Test func `a controller's settings are checked by name`() throws {
        let changes: [(String, Double, (inout StepSizeController) -> Void)] = [
            ("constantStepSize", -1, { $0.constantStepSize = -1 }),
            ("initialStepSize", 0, { $0.initialStepSize = 0 }),
            ("safetyFactor", 1, { $0.safetyFactor = 1 }),
            ("minimumFactor", 0, { $0.minimumFactor = 0 }),
            ("maximumFactor", 1, { $0.maximumFactor = 1 }),
            ("minimumStepSize", -1, { $0.minimumStepSize = -1 }),
            ("maximumStepSize", 0, { $0.maximumStepSize = 0 }),
            ("proportional + integral + derivative", 0, { $0.integral = 0 }),
            ("integral", .infinity, { $0.integral = .infinity }),
        ]
        for (name, value, change) in changes {
            #expect(throws: SolveError.invalidController(name, value)) { try solve(nil, change) }
        }
        #expect(throws: SolveError.shapeMismatch(what: "included components", expected: 2, actual: 1)) {
            try solve { $0.includedComponents = [true] }
        }
        #expect(throws: SolveError.invalidStepLimit(0)) { try solve(maxSteps: 0) }
        #expect(throws: SolveError.nonFiniteJumpTime(.infinity)) { try solve(jumpTimes: [.infinity]) }
        #expect(throws: SolveError.methodWithoutErrorEstimate(method: "rungeKutta4")) {
            try solve(method: .rungeKutta4)
        }
    }

    @Test func `a batch's arrays must fit together`() throws {
        let good = TrajectoryBatch<Double>(
            initialStates: [1, 2, 3, 4], count: 2, startTime: 0, endTime: 1, evaluationTimes: [0.5])
        func expect(_ error: SolveError, _ change: (inout TrajectoryBatch<Double>) -> Void) {
            var batch = good
            change(&batch)
            #expect(throws: error) { try solve(batch) }
        }
        expect(.shapeMismatch(what: "initial states", expected: 4, actual: 3)) { $0.initialStates.removeLast() }
        expect(.shapeMismatch(what: "end times", expected: 2, actual: 1)) { $0.endTimes.removeLast() }
        expect(.shapeMismatch(what: "evaluation offsets", expected: 3, actual: 2)) {
            $0.evaluationOffsets.removeLast()
        }
        expect(.invalidOffsets(trajectory: 0)) { $0.evaluationOffsets = [1, 1, 2] }
        expect(.invalidOffsets(trajectory: 2)) { $0.evaluationOffsets = [0, 1, 1] }
        expect(.invalidOffsets(trajectory: 0)) { $0.evaluationOffsets = [0, -1, 2] }
        expect(.invalidOffsets(trajectory: 0)) { $0.evaluationOffsets = [0, 3, 2] }
        expect(.nonFiniteSpan(trajectory: 1, start: 0, end: .infinity)) { $0.endTimes[1] = .infinity }
        expect(.evaluationTimeOutsideSpan(trajectory: 1, time: 1.5, start: 0, end: 1)) { $0.evaluationTimes[1] = 1.5 }
        expect(.evaluationTimeOutsideSpan(trajectory: 0, time: -0.1, start: 0, end: 1)) {
            $0.evaluationTimes[0] = -0.1
        }
        var batch = good
        batch.evaluationTimes[1] = .nan
        #expect(throws: SolveError.self) { try solve(batch) }
    }

    @Test func `an empty batch and a span of length zero are solved`() throws {
        let none = try solve(TrajectoryBatch(initialStates: [], count: 0, startTime: 0, endTime: 1))
        #expect(none.states.isEmpty && none.outcomes.isEmpty)
        let point = try solve(
            TrajectoryBatch(initialStates: [3, 4], count: 1, startTime: 2, endTime: 2, evaluationTimes: [2, 2]))
        #expect(point.states == [3, 4, 3, 4] && point.outcomes == [.completed] && point.finalTimes == [2])
    }

    @Test func `a field that is not finite ends the trajectory with its outcome, time and statistics`() throws {
        // NaN from t = 0.7 on in trajectory 1, at once in trajectory 2, an infinite slope in 3.
        let field = FormulaField<Double>(
            dimension: 1,
            byTrajectory: { t, y, trajectory in
                switch trajectory {
                case 1: t > 0.7 ? [.nan] : [-y[0]]
                case 2: [.nan]
                case 3: [.infinity]
                default: [-y[0]]
                }
            })
        let solver = BatchSolver(
            field: field, method: .tsitouras54, controller: .integral,
            tolerances: Tolerances(relative: 1e-6, absolute: 1e-9), kernels: .underTest,
            pool: ThreadPool(threadCount: 2), maxSteps: 1000)
        let solution = try solver.solve(
            TrajectoryBatch(
                initialStates: [1, 1, 1, 1, .infinity, 1], count: 6, startTime: 0, endTime: 1,
                evaluationTimes: [0.5, 0.9]))
        #expect(
            solution.outcomes
                == [.completed, .nonFiniteState, .nonFiniteState, .nonFiniteState, .nonFiniteInitialState, .completed])
        #expect(abs(solution.finalTimes[1] - 0.7) < 1e-9 && solution.finalTimes[2] == 0)
        #expect(solution.states[2].isFinite && solution.states[3].isNaN)
        #expect(solution.statistics[1].acceptedSteps > 0 && solution.statistics[1].rejectedSteps > 0)
        #expect(solution.statistics[2].acceptedSteps == 0 && solution.statistics[2].vectorFieldEvaluations >= 1)
        #expect(abs(solution.states[0] - 0.6065306597) < 1e-5 && solution.states[0] == solution.states[10])
    }

    @Test func `the step limit and the smallest step are outcomes`() throws {
        let limited = try solve(
            TrajectoryBatch(initialStates: [1, 2], count: 1, startTime: 0, endTime: 1000), maxSteps: 5)
        #expect(limited.outcomes == [.stepLimitReached])
        #expect(limited.statistics[0].acceptedSteps + limited.statistics[0].rejectedSteps == 5)
        #expect(limited.finalTimes[0] > 0 && limited.finalTimes[0] < 1000)
        let tight = try solve(tolerances: Tolerances(relative: 1e-12, absolute: 1e-12)) { $0.minimumStepSize = 0.2 }
        #expect(tight.outcomes == [.stepSizeUnderflow])
    }
}
