import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ConvergenceTests {
    // Nonlinear and dependent on time: the order conditions of every tree count.
    private let field = FormulaField<Double>(dimension: 2) { t, y in
        [y[1] * cos(t) - 0.3 * y[0], 0.5 * sin(y[0]) - 0.25 * y[1] * y[0] + 0.2 * sin(2 * t)]
    }

    private func solve(
        _ method: RungeKuttaMethod, steps: Int, evaluationTimes: [Double] = []
    ) throws -> BatchSolution<Double> {
        let solver = BatchSolver(
            field: field, method: method, controller: .constant(2 / Double(steps)),
            tolerances: Tolerances(relative: 1, absolute: 1), kernels: .underTest, pool: ThreadPool(threadCount: 1),
            maxSteps: 1_000_000)
        return try solver.solve(
            TrajectoryBatch(
                initialStates: [1, 0.5], count: 1, startTime: 0, endTime: 2, evaluationTimes: evaluationTimes))
    }

    private func difference(_ one: [Double], _ other: [Double]) -> Double {
        zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// The least-squares slope of log₂ error over log₂ steps, negated.
    private func slope(_ points: [(steps: Int, error: Double)]) -> Double {
        let x = points.map { log2(Double($0.steps)) }
        let y = points.map { log2($0.error) }
        let n = Double(points.count)
        let meanX = x.reduce(0, +) / n
        let meanY = y.reduce(0, +) / n
        var covariance = 0.0
        var variance = 0.0
        for (a, b) in zip(x, y) {
            covariance += (a - meanX) * (b - meanY)
            variance += (a - meanX) * (a - meanX)
        }
        return -covariance / variance
    }

    // Where errors lie well above 1e-14 and well below 1.
    private func stepCounts(order: Int) -> [Int] {
        switch order {
        case ...2: [64, 128, 256, 512]
        case 3...4: [32, 64, 128, 256]
        case 5: [16, 24, 32, 48, 64]
        default: [6, 8, 10, 12, 14]
        }
    }

    @Test(arguments: RungeKuttaMethod.all)
    func `the error falls with the declared order of the method`(_ method: RungeKuttaMethod) throws {
        let exact = try solve(.dormandPrince853, steps: 400).finalStates
        let points = try stepCounts(order: method.tableau.order).map { steps in
            (steps, difference(try solve(method, steps: steps).finalStates, exact))
        }
        let measured = slope(points)
        // A quarter: what higher terms bend the line by at these step sizes.
        #expect(
            measured > Double(method.tableau.order) - 0.25 && measured < Double(method.tableau.order) + 0.6,
            "\(method): slope \(measured)")
    }

    @Test(arguments: RungeKuttaMethod.all)
    func `dense output inside one step has its declared order`(_ method: RungeKuttaMethod) throws {
        // The error of one step's interpolant is O(h^(order + 1)), or that of the method where it is lower.
        let expected = min(method.interpolant.order, method.tableau.order) + 1
        var points: [(steps: Int, error: Double)] = []
        let counts = expected > 6 ? [5, 6, 7, 8] : expected == 5 ? [8, 12, 16, 24] : [32, 64, 128, 256]
        for steps in counts {
            let h = 2 / Double(steps)
            let times = [0.15, 0.37, 0.5, 0.71, 0.93].map { $0 * h }
            let values = try solve(method, steps: steps, evaluationTimes: times).states
            let exact = try solve(.dormandPrince853, steps: 100 * steps, evaluationTimes: times).states
            points.append((steps, difference(values, exact)))
        }
        let measured = slope(points)
        #expect(measured > Double(expected) - 0.3, "\(method): slope \(measured), expected \(expected)")
    }

    @Test(arguments: RungeKuttaMethod.all)
    func `dense output is continuous across steps`(_ method: RungeKuttaMethod) throws {
        let h = 0.1
        let values = try solve(method, steps: 20, evaluationTimes: [h, h.nextUp, (h - 1e-12), h + 1e-12]).states
        for index in 1..<4 {
            #expect(abs(values[2 * index] - values[0]) < 1e-11 && abs(values[2 * index + 1] - values[1]) < 1e-11)
        }
    }

    // Steps follow the tolerance: between two tolerances error and step count tell the order that the steps had.
    @Test(arguments: [2, 3, 5], [true, false])
    func `the error of Adams methods falls with their order`(_ order: Int, _ isImplicit: Bool) throws {
        let exact = try solve(.dormandPrince853, steps: 400).finalStates
        var points: [(steps: Int, error: Double)] = []
        for exponent in stride(from: 5.0, through: 9, by: 0.5) {
            let solver = MultistepSolver(
                field: field,
                method: isImplicit
                    ? .adamsBashforthMoulton(maximumOrder: order) : .adamsBashforth(maximumOrder: order),
                controller: .integral, tolerances: Tolerances(relative: 0, absolute: pow(10, -exponent)),
                kernels: .underTest, pool: ThreadPool(threadCount: 1), maxSteps: 1_000_000)
            let solution = try solver.solve(
                TrajectoryBatch(initialStates: [1, 0.5], count: 1, startTime: 0, endTime: 2))
            points.append((solution.statistics[0].acceptedSteps, difference(solution.finalStates, exact)))
        }
        // The corrected result is one order above its predictor; half an order for the changing step sizes. There is no
        // bound above: the share of the start, at low orders, shrinks as steps grow in number.
        let expected = Double(isImplicit ? order + 1 : order)
        let measured = slope(points)
        #expect(measured > expected - 0.5, "slope \(measured), expected \(expected)")
    }

    private let smooth = PerceptronField<Double>.random(
        dimension: 3, hidden: 9, scale: 2.5, seed: 11, kernels: .underTest, sine: sin, cosine: cos)

    private func solveStiff(steps: Int, evaluationTimes: [Double] = []) throws -> BatchSolution<Double> {
        let solver = StiffSolver(
            field: PulledBackJacobian(smooth), controller: .constant(2 / Double(steps)),
            tolerances: Tolerances(relative: 1, absolute: 1), kernels: .underTest, pool: ThreadPool(threadCount: 1),
            maxSteps: 1_000_000)
        return try solver.solve(
            TrajectoryBatch(
                initialStates: [1, 0.5, -0.2], count: 1, startTime: 0, endTime: 2, evaluationTimes: evaluationTimes))
    }

    private func solveExplicit(steps: Int, evaluationTimes: [Double] = []) throws -> BatchSolution<Double> {
        let solver = BatchSolver(
            field: smooth, method: .dormandPrince853, controller: .constant(2 / Double(steps)),
            tolerances: Tolerances(relative: 1, absolute: 1), kernels: .underTest, pool: ThreadPool(threadCount: 1),
            maxSteps: 1_000_000)
        return try solver.solve(
            TrajectoryBatch(
                initialStates: [1, 0.5, -0.2], count: 1, startTime: 0, endTime: 2, evaluationTimes: evaluationTimes))
    }

    @Test func `the stiff method has order 5, with a Jacobian by pullback and a field that depends on time`() throws {
        let exact = try solveExplicit(steps: 400).finalStates
        let points = try [12, 16, 24, 32, 48].map { steps in
            (steps, difference(try solveStiff(steps: steps).finalStates, exact))
        }
        let measured = slope(points)
        #expect(measured > 4.75 && measured < 5.6, "slope \(measured)")
    }

    @Test func `dense output of the stiff method has order 4 and is continuous`() throws {
        var points: [(steps: Int, error: Double)] = []
        for steps in [8, 12, 16, 24] {
            let times = [0.15, 0.37, 0.5, 0.71, 0.93].map { $0 * 2 / Double(steps) }
            let values = try solveStiff(steps: steps, evaluationTimes: times).states
            points.append(
                (steps, difference(values, try solveExplicit(steps: 100 * steps, evaluationTimes: times).states)))
        }
        #expect(slope(points) > 4.7, "slope \(slope(points))")
        let h = 0.1
        let ends = try solveStiff(steps: 20, evaluationTimes: [h, h.nextUp, h - 1e-12]).states
        for index in 3..<9 { #expect(abs(ends[index] - ends[index % 3]) < 1e-11) }
    }
}
