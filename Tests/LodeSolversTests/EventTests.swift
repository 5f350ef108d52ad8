import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct EventTests {
    // A stone thrown up: height y0, speed y1, gravity 9.81.
    private let stone = FormulaField<Double>(dimension: 2) { _, y in [y[1], -9.81] }

    private func solver(_ events: [Event<Double>], threads: Int = 2) -> BatchSolver<FormulaField<Double>> {
        BatchSolver(
            field: stone, method: .dormandPrince54, controller: .integral,
            tolerances: Tolerances(relative: 1e-8, absolute: 1e-8), kernels: .underTest,
            pool: ThreadPool(threadCount: threads), maxSteps: 10_000, events: events)
    }

    private let hitsGround = Event<Double>(direction: .falling, isTerminal: true) { _, y, _ in y[0] }
    private let isHighest = Event<Double>(direction: .falling, isTerminal: false) { _, y, _ in y[1] }

    @Test func `a terminal event ends its trajectory at its time, others go on`() throws {
        let speeds = (0..<40).map { 3 + 0.5 * Double($0) }
        let batch = TrajectoryBatch(
            initialStates: speeds.flatMap { [0.5, $0] }, count: 40, startTime: 0, endTime: 3,
            evaluationTimes: [0.1, 2.9])
        let solution = try solver([hitsGround, isHighest]).solve(batch)
        for (b, v) in speeds.enumerated() {
            let landing = (v + (v * v + 2 * 9.81 * 0.5).squareRoot()) / 9.81
            let own = solution.events.filter { $0.trajectory == b }
            #expect(own.first?.event == 1 || v / 9.81 > 3)
            if let top = own.first(where: { $0.event == 1 }) {
                #expect(abs(top.time - v / 9.81) < 1e-9)
                #expect(abs(top.state[1]) < 1e-8)
            }
            if landing < 3 {
                #expect(solution.outcomes[b] == .eventOccurred(0))
                #expect(abs(solution.finalTimes[b] - landing) < 1e-9)
                #expect(abs(solution.finalStates[2 * b]) < 1e-8)
                #expect(solution.states[4 * b + 2].isNaN == (landing < 2.9))
            } else {
                #expect(solution.outcomes[b] == .completed)
                #expect(solution.finalTimes[b] == 3)
            }
        }
        #expect(solution.events.map(\.trajectory) == solution.events.map(\.trajectory).sorted())
    }

    @Test func `directions are those of solving, backward in time too`() throws {
        // cos(t) from 0.1 to −7: the zeros at −π/2 (falling backward), −3π/2 (rising).
        let field = FormulaField<Double>(dimension: 1) { t, _ in [-sin(t)] }
        for (direction, expected) in [
            (Event<Double>.Direction.falling, [-Double.pi / 2]), (.rising, [-3 * Double.pi / 2]),
            (.either, [-Double.pi / 2, -3 * Double.pi / 2]),
        ] {
            let solver = BatchSolver(
                field: field, method: .dormandPrince853, controller: .integral,
                tolerances: Tolerances(relative: 1e-11, absolute: 1e-11), kernels: .underTest,
                pool: ThreadPool(threadCount: 1), maxSteps: 1000,
                events: [Event(direction: direction, isTerminal: false) { _, y, _ in y[0] }])
            let solution = try solver.solve(
                TrajectoryBatch(initialStates: [cos(0.1)], count: 1, startTime: 0.1, endTime: -7))
            #expect(solution.events.count == expected.count)
            for (event, time) in zip(solution.events, expected) { #expect(abs(event.time - time) < 1e-9) }
        }
    }

    @Test func `all solvers see the same events`() throws {
        let field = PerceptronField<Double>.random(
            dimension: 2, hidden: 7, scale: 4, seed: 3, kernels: .underTest, sine: sin, cosine: cos)
        let events = [Event<Double>(isTerminal: false) { _, y, _ in y[0] - y[1] }]
        let batch = TrajectoryBatch(
            initialStates: (0..<20).map { cos(Double($0)) }, count: 10, startTime: 0, endTime: 6)
        let tolerances = Tolerances(relative: 1e-10, absolute: 1e-10)
        let pool = ThreadPool(threadCount: 2)
        let explicit = try BatchSolver(
            field: field, method: .tsitouras54, controller: .integral, tolerances: tolerances, kernels: .underTest,
            pool: pool, maxSteps: 10_000, events: events
        ).solve(batch).events
        let stiff = try StiffSolver(
            field: PulledBackJacobian(field), controller: .integral, tolerances: tolerances, kernels: .underTest,
            pool: pool, maxSteps: 10_000, events: events
        ).solve(batch).events
        let multistep = try MultistepSolver(
            field: field, method: .adamsBashforthMoulton(), controller: .integral, tolerances: tolerances,
            kernels: .underTest, pool: pool, maxSteps: 10_000, events: events
        ).solve(batch).events
        #expect(explicit.count > 5)
        #expect(explicit.map(\.trajectory) == stiff.map(\.trajectory))
        #expect(explicit.map(\.trajectory) == multistep.map(\.trajectory))
        for index in explicit.indices where index < stiff.count && index < multistep.count {
            #expect(abs(explicit[index].time - stiff[index].time) < 1e-6)
            #expect(abs(explicit[index].time - multistep[index].time) < 1e-6)
        }
    }

    @Test func `a recorded solve refuses events`() throws {
        let field = PerceptronField<Double>.random(
            dimension: 2, hidden: 7, scale: 4, seed: 3, kernels: .underTest, sine: sin, cosine: cos)
        let solver = BatchSolver(
            field: field, method: .tsitouras54, controller: .integral,
            tolerances: Tolerances(relative: 1e-6, absolute: 1e-6), kernels: .underTest,
            pool: ThreadPool(threadCount: 1), maxSteps: 10_000,
            events: [Event<Double>(isTerminal: false) { _, y, _ in y[0] }])
        #expect(throws: SolveError.eventsInRecordedSolve) {
            try solver.solveRecording(TrajectoryBatch(initialStates: [1, 1], count: 1, startTime: 0, endTime: 1))
        }
    }
}
