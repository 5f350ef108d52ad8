import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct DenseSolutionTests {
    private let field = PerceptronField<Float>.random(
        dimension: 3, hidden: 8, scale: 4, seed: 17, kernels: .underTest, sine: sin, cosine: cos)
    private let pool = ThreadPool(threadCount: 2)
    private let tolerances = Tolerances(relative: 1e-5, absolute: 1e-6)

    // Spans of both directions, and one of length zero.
    private var batch: TrajectoryBatch<Float> {
        let ends = (0..<21).map { $0 == 20 ? 1 : $0 % 2 == 0 ? 4.0 : -3 }
        let times = ends.flatMap { end in [0.1, 0.35, 0.35, 0.9, 0, 1].map { 1 + $0 * (end - 1) } }
        return TrajectoryBatch(
            initialStates: (0..<63).map { Float(sin(Double($0))) }, startTimes: Array(repeating: 1, count: 21),
            endTimes: ends, evaluationTimes: times, evaluationOffsets: (0...21).map { 6 * $0 })
    }

    private func check(_ dense: DenseSolution<Float>) {
        let batch = batch
        for (index, time) in batch.evaluationTimes.enumerated() {
            let state = dense.state(of: index / 6, at: time)
            #expect(state == Array(dense.solution.states[3 * index..<3 * index + 3]), "evaluation \(index)")
        }
        for b in 0..<21 {
            let own = batch.evaluationTimes[6 * b..<6 * b + 6]
            let passed = b % 2 == 0 ? own.sorted() : own.sorted(by: >)
            let states = passed.flatMap { dense.state(of: b, at: $0) ?? [] }
            // Rows in the order of the times as they were asked for, and one between each two that is nobody's.
            let places = passed.map { time in 2 * ((own.firstIndex(of: time) ?? 0) - own.startIndex) }
            var rows = [Float](repeating: .nan, count: 12 * 3)
            rows.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                dense.read(b, atSuccessive: passed[...], rows: places[...], into: base)
                dense.read(b, atSuccessive: [], rows: [], into: base)
            }
            for (index, place) in places.enumerated() {
                #expect(rows[3 * place..<3 * place + 3] == states[3 * index..<3 * index + 3], "trajectory \(b)")
                #expect(rows[3 * place + 3..<3 * place + 6].allSatisfy { $0.isNaN })
            }
        }
        #expect(dense.byteCount > 0)
        #expect(dense.state(of: 0, at: 0.999) == nil && dense.state(of: 0, at: 4.001) == nil)
        #expect(dense.state(of: 1, at: 1.001) == nil && dense.state(of: 0, at: .nan) == nil)
        #expect(dense.span(of: 1) == -3...1 && dense.span(of: 20) == 1...1)
    }

    @Test(arguments: RungeKuttaMethod.all.filter { $0.tableau.embeddedOrder != nil })
    func `a kept solution gives the bits of the solve's evaluations`(_ method: RungeKuttaMethod) throws {
        check(
            try BatchSolver(
                field: field, method: method, controller: .integral, tolerances: tolerances, kernels: .underTest,
                pool: pool, maxSteps: 100_000
            ).solveDense(batch))
    }

    @Test func `so do the stiff and the multistep solver's`() throws {
        check(
            try StiffSolver(
                field: PulledBackJacobian(field), controller: .integral, tolerances: tolerances, kernels: .underTest,
                pool: pool, maxSteps: 10_000
            ).solveDense(batch))
        check(
            try MultistepSolver(
                field: field, method: .adamsBashforthMoulton(), controller: .integral, tolerances: tolerances,
                kernels: .underTest, pool: pool, maxSteps: 10_000
            ).solveDense(batch))
    }
}
