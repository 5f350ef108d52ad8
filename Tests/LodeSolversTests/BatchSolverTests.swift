import Foundation
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct BatchSolverTests {
    private let pool = ThreadPool(threadCount: 2)

    private func solver<Field: VectorField>(
        _ field: Field, method: RungeKuttaMethod = .dormandPrince54, relative: Double = 1e-6,
        absolute: Double = 1e-8, controller: StepSizeController = .integral, maxSteps: Int = 100_000,
        pool: ThreadPool? = nil, jumpTimes: [Double] = []
    ) -> BatchSolver<Field> {
        BatchSolver(
            field: field, method: method, controller: controller,
            tolerances: Tolerances(relative: relative, absolute: absolute), kernels: .underTest,
            pool: pool ?? self.pool, maxSteps: maxSteps, jumpTimes: jumpTimes)
    }

    /// y' = A y with a rotation: y = (cos t, −sin t).
    private let rotation = FormulaField<Double>(dimension: 2) { _, y in [y[1], -y[0]] }

    @Test(arguments: RungeKuttaMethod.all.filter { $0.tableau.embeddedOrder != nil })
    func `a rotation is followed within the tolerance, forward and backward`(_ method: RungeKuttaMethod) throws {
        let times = [0.0, 0.3, 1, 1, 2.5, 5]
        for end in [5.0, -5.0] {
            let batch = TrajectoryBatch(
                initialStates: [1.0, 0], count: 1, startTime: 0, endTime: end,
                evaluationTimes: times.map { end > 0 ? $0 : -$0 })
            let solution = try solver(rotation, method: method).solve(batch)
            #expect(solution.outcomes == [.completed])
            #expect(solution.finalTimes == [end])
            for (index, time) in batch.evaluationTimes.enumerated() {
                #expect(abs(solution.states[2 * index] - cos(time)) < 1e-4)
                #expect(abs(solution.states[2 * index + 1] + sin(time)) < 1e-4)
            }
            #expect(solution.states[0] == 1 && solution.states[1] == 0)
        }
    }

    private func dot(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for (a, b) in zip(first, second) { sum += a * b }
        return sum
    }

    private func perceptron<Scalar: KernelScalar>(_ type: Scalar.Type, scale: Double = 3) -> PerceptronField<Scalar> {
        .random(dimension: 5, hidden: 17, scale: scale, seed: 7, kernels: .underTest, sine: sin, cosine: cos)
    }

    private func randomBatch<Scalar: KernelScalar>(_ type: Scalar.Type, count: Int, seed: UInt64) -> TrajectoryBatch<
        Scalar
    > {
        let random = CounterRandom(seed: seed, stream: 0)
        var index: UInt64 = 0
        func next() -> Double {
            index += 1
            return random.uniform(index)
        }
        var times: [Double] = []
        var offsets = [0]
        var starts: [Double] = []
        var ends: [Double] = []
        for _ in 0..<count {
            let start = next() * 2 - 1
            let end = start + (next() - 0.3) * 8
            starts.append(start)
            ends.append(end)
            for _ in 0..<Int(next() * 12) { times.append(start + next() * (end - start)) }
            if next() < 0.2 { times.append(start) }
            if next() < 0.2 { times.append(end) }
            offsets.append(times.count)
        }
        return TrajectoryBatch(
            initialStates: (0..<count * 5).map { _ in Scalar(next() * 2 - 1) }, startTimes: starts, endTimes: ends,
            evaluationTimes: times, evaluationOffsets: offsets)
    }

    @Test func `a trajectory's bits do not depend on its batch, its place or the threads`() throws {
        let batch = randomBatch(Float.self, count: 67, seed: 1)
        let solver = solver(perceptron(Float.self), relative: 1e-4, absolute: 1e-5)
        let whole = try solver.solve(batch)
        let alone = try self.solver(
            perceptron(Float.self), relative: 1e-4, absolute: 1e-5, pool: ThreadPool(threadCount: 1)
        ).solve(batch)
        #expect(whole.states == alone.states)
        // Alone, in half blocks, and in whole ones.
        for part in [0..<1, 15..<16, 66..<67, 14..<18, 15..<26, 40..<56, 20..<40] {
            let offsets = batch.evaluationOffsets[part.lowerBound...part.upperBound]
            let (first, last) = (offsets[part.lowerBound], offsets[part.upperBound])
            let few = TrajectoryBatch(
                initialStates: Array(batch.initialStates[part.lowerBound * 5..<part.upperBound * 5]),
                startTimes: Array(batch.startTimes[part]), endTimes: Array(batch.endTimes[part]),
                evaluationTimes: Array(batch.evaluationTimes[first..<last]),
                evaluationOffsets: offsets.map { $0 - first })
            let solution = try solver.solve(few)
            #expect(solution.states == Array(whole.states[first * 5..<last * 5]))
            #expect(solution.finalStates == Array(whole.finalStates[part.lowerBound * 5..<part.upperBound * 5]))
            #expect(solution.statistics == Array(whole.statistics[part]))
        }
    }

    @Test(arguments: RungeKuttaMethod.all)
    func `the pullback agrees with finite differences of a solve with the same steps`(_ method: RungeKuttaMethod) throws
    {
        // Constant steps: the discretised solve is then a smooth function of everything.
        let batch = randomBatch(Double.self, count: 21, seed: 3)
        let field = perceptron(Double.self)
        let controller = StepSizeController.constant(0.37)
        let random = CounterRandom(seed: 5, stream: 5)
        let weights = (0..<batch.evaluationTimes.count * 5).map { random.normal(UInt64($0)) }
        let finalWeights = (0..<21 * 5).map { random.normal(UInt64(100_000 + $0)) }
        func loss(_ field: PerceptronField<Double>, _ batch: TrajectoryBatch<Double>) throws -> Double {
            let solution = try self.solver(field, method: method, controller: controller).solve(batch)
            return dot(solution.states, weights) + dot(solution.finalStates, finalWeights)
        }
        let solver = solver(field, method: method, controller: controller)
        let record = try solver.solveRecording(batch)
        let gradient = solver.pullback(record, stateCotangents: weights, finalStateCotangents: finalWeights)
        let h = 1e-5
        for index in stride(from: 0, to: field.parameters.count, by: 13) {
            let slope = try [h, -h].map { step in
                var parameters = field.parameters
                parameters[index] += step
                let moved = PerceptronField(
                    dimension: 5, hidden: 17, parameters: parameters, kernels: .underTest, sine: sin, cosine: cos)
                return try loss(moved, batch)
            }
            let expected = (slope[0] - slope[1]) / (2 * h)
            #expect(abs(gradient.parameters[index] - expected) < 1e-7 * max(1, abs(expected)), "parameter \(index)")
        }
        for index in stride(from: 0, to: batch.initialStates.count, by: 7) {
            let slope = try [h, -h].map { step in
                var moved = batch
                moved.initialStates[index] += step
                return try loss(field, moved)
            }
            let expected = (slope[0] - slope[1]) / (2 * h)
            #expect(abs(gradient.initialStates[index] - expected) < 1e-7 * max(1, abs(expected)), "state \(index)")
        }
    }

    @Test func `gradients have the same bits for any number of threads`() throws {
        let batch = randomBatch(Float.self, count: 150, seed: 9)
        let weights = [Float](repeating: 1, count: batch.evaluationTimes.count * 5)
        let gradients = try [1, 2, 3].map { threads in
            let solver = solver(
                perceptron(Float.self), relative: 1e-4, absolute: 1e-5, pool: ThreadPool(threadCount: threads))
            return solver.pullback(try solver.solveRecording(batch), stateCotangents: weights)
        }
        #expect(
            gradients[0].parameters == gradients[1].parameters && gradients[0].parameters == gradients[2].parameters)
        #expect(gradients[0].initialStates == gradients[1].initialStates)
    }

    @Test func `a trajectory that fails ends with its outcome and harms no other`() throws {
        // y' = y² reaches infinity at t = 1 / y0.
        let field = FormulaField<Double>(dimension: 1) { t, y in [y[0] * y[0]] }
        let batch = TrajectoryBatch(
            initialStates: [0.1, 1, 0.2, .nan, 0.25], count: 5, startTime: 0, endTime: 2,
            evaluationTimes: [0, 0.5, 1.5])
        let solution = try solver(field).solve(batch)
        #expect(solution.outcomes[0] == .completed && solution.outcomes[2] == .completed)
        #expect(solution.outcomes[1] == .stepSizeUnderflow || solution.outcomes[1] == .nonFiniteState)
        #expect(abs(solution.finalTimes[1] - 1) < 1e-3)
        #expect(solution.outcomes[3] == .nonFiniteInitialState)
        #expect(abs(solution.states[1] - 0.1 / (1 - 0.05)) < 1e-6)
        #expect(abs(solution.states[4] - 2) < 1e-5)
        #expect(solution.states[5].isNaN && solution.states[9].isNaN && solution.states[3] == 1)
        #expect(abs(solution.states[14] - 0.25 / (1 - 0.375)) < 1e-6)
    }
}
