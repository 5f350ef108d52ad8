import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

/// Random fields, spans and tolerances: every solve ends, within its step limit, with an outcome that fits its result.
@Suite struct SolveFuzzTests {
    private static let maxSteps = 300

    /// Fields that are smooth, stiff, explosive, discontinuous, undefined in places, or nonsense.
    private func field<Scalar: KernelScalar>(_ kind: Int, _ scale: Double, _: Scalar.Type) -> FormulaField<Scalar> {
        FormulaField(dimension: 2) { t, y in
            switch kind {
            case 0: [scale * y[1], -scale * y[0]]
            case 1: [-1e3 * scale * (y[0] - cos(t)), y[0]]
            case 2: [scale * y[0] * y[0], y[1] * y[0]]
            case 3: [y[0] > 0 ? -scale : scale, sin(100 * t)]
            case 4: [(1 - y[0] * y[0]).squareRoot(), log(y[1])]
            case 5: [1 / (t - 0.5), 1 / y[1]]
            case 6: [exp(scale * y[0]), -exp(y[1])]
            case 7: [t > 0.3 ? .nan : 1, y[1]]
            case 8: [1e200 * y[0], -1e200 * y[1]]
            default: [0, 0]
            }
        }
    }

    private func check<Scalar: KernelScalar>(
        _ solution: BatchSolution<Scalar>, _ batch: TrajectoryBatch<Scalar>, _ label: String
    ) {
        for b in 0..<batch.count {
            let statistics = solution.statistics[b]
            #expect(statistics.acceptedSteps + statistics.rejectedSteps <= Self.maxSteps, "\(label)")
            let rows = solution.states[batch.evaluationOffsets[b] * 2..<batch.evaluationOffsets[b + 1] * 2]
            let last = solution.finalStates[2 * b..<2 * b + 2]
            switch solution.outcomes[b] {
            case .completed:
                #expect(solution.finalTimes[b] == batch.endTimes[b], "\(label)")
                #expect(rows.allSatisfy { $0.isFinite } && last.allSatisfy { $0.isFinite }, "\(label)")
            case .nonFiniteInitialState:
                #expect(rows.allSatisfy { $0.isNaN }, "\(label)")
            case .stepLimitReached, .stepSizeUnderflow, .nonFiniteState:
                #expect(last.allSatisfy { $0.isFinite } && !rows.contains { $0.isInfinite }, "\(label)")
                #expect(
                    min(batch.startTimes[b], batch.endTimes[b]) <= solution.finalTimes[b]
                        && solution.finalTimes[b] <= max(batch.startTimes[b], batch.endTimes[b]), "\(label)")
            case .eventOccurred:
                Issue.record("\(label): an event where none was watched for")
            }
        }
    }

    private func run<Scalar: KernelScalar>(_ type: Scalar.Type, seed: UInt64) throws {
        let random = CounterRandom(seed: seed, stream: 77)
        let pool = ThreadPool(threadCount: 2)
        var index: UInt64 = 0
        func next() -> Double {
            index += 1
            return random.uniform(index)
        }
        for round in 0..<120 {
            let kind = Int(next() * 10)
            let count = 1 + Int(next() * 40)
            let magnitude = pow(10, next() * 8 - 4)
            let starts = (0..<count).map { _ in (next() - 0.5) * magnitude }
            let ends = starts.map { next() < 0.1 ? $0 : $0 + (next() - 0.5) * magnitude }
            var times: [Double] = []
            var offsets = [0]
            for b in 0..<count {
                for _ in 0..<Int(next() * 5) {
                    let time = starts[b] + next() * (ends[b] - starts[b])
                    times.append(min(max(time, min(starts[b], ends[b])), max(starts[b], ends[b])))
                }
                offsets.append(times.count)
            }
            let states = (0..<2 * count).map { _ in
                next() < 0.02 ? Scalar.nan : Scalar((next() - 0.5) * pow(10, next() * 6 - 3))
            }
            let batch = TrajectoryBatch(
                initialStates: states, startTimes: starts, endTimes: ends, evaluationTimes: times,
                evaluationOffsets: offsets)
            var controller = next() < 0.5 ? StepSizeController.integral : .proportionalIntegralDerivative()
            if next() < 0.3 { controller.norm = .maximum }
            if next() < 0.2 { controller.initialStepSize = pow(10, next() * 10 - 6) }
            if next() < 0.2 { controller.maximumStepSize = magnitude * next() + 1e-9 }
            let tolerances = Tolerances(relative: pow(10, -next() * 14), absolute: pow(10, -next() * 14))
            let scale = pow(10, next() * 4 - 2)
            let jumps = next() < 0.3 ? [starts[0], (starts[0] + ends[0]) / 2] : []
            let label = "seed \(seed), round \(round), kind \(kind)"
            let field = field(kind, scale, type)
            let methods = RungeKuttaMethod.all.filter { $0.tableau.embeddedOrder != nil }
            let method = methods[Int(next() * Double(methods.count))]
            check(
                try BatchSolver(
                    field: field, method: method, controller: controller, tolerances: tolerances, kernels: .underTest,
                    pool: pool, maxSteps: Self.maxSteps, jumpTimes: jumps
                ).solve(batch), batch, "\(label), \(method)")
            check(
                try MultistepSolver(
                    field: field, method: next() < 0.5 ? .adamsBashforth() : .adamsBashforthMoulton(),
                    controller: controller, tolerances: tolerances, kernels: .underTest, pool: pool,
                    maxSteps: Self.maxSteps, jumpTimes: jumps
                ).solve(batch), batch, "\(label), Adams")
        }
    }

    @Test(arguments: [1, 2, 3])
    func `every solve ends with an outcome that fits`(_ seed: UInt64) throws {
        try run(Float.self, seed: seed)
        try run(Double.self, seed: seed)
    }
}
