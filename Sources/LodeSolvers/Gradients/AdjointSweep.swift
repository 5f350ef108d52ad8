internal import LodeNumerics

/// The continuous adjoint of a batch under way: every trajectory at one of its evaluation times, moving to its start.
///
/// In each round all unfinished trajectories move to their next earlier evaluation, or to their start: one leg each.
struct AdjointSweep<Field: DifferentiableVectorField> {
    typealias Scalar = Field.Scalar

    /// One trajectory's way from one time to an earlier one (later, for a solve backward in time).
    struct Leg {
        let trajectory: Int
        let from: Double
        let to: Double
    }

    private let solver: BatchSolver<Field>
    private let batch: TrajectoryBatch<Scalar>
    private let solution: BatchSolution<Scalar>
    private let stateCotangents: [Scalar]
    private let finalStateCotangents: [Scalar]?
    private let order: [Int]?
    private let dimension: Int

    private var time: [Double]
    private var cursor: [Int]
    private var states: [Scalar]
    private var adjoints: [Scalar]
    private var isFinished: [Bool]
    private var parameters: [Scalar]
    private var outcomes: [Outcome]
    private var statistics: [SolveStatistics]

    init(
        solver: BatchSolver<Field>, batch: TrajectoryBatch<Scalar>, solution: BatchSolution<Scalar>,
        stateCotangents: [Scalar], finalStateCotangents: [Scalar]?
    ) {
        self.solver = solver
        self.batch = batch
        self.solution = solution
        self.stateCotangents = stateCotangents
        self.finalStateCotangents = finalStateCotangents
        dimension = solver.field.dimension
        order = batch.evaluationOrder()
        let count = batch.count
        time = solution.finalTimes
        cursor = Array(batch.evaluationOffsets.dropFirst())
        states = solution.finalStates
        adjoints = finalStateCotangents ?? Array(repeating: 0, count: count * dimension)
        isFinished = solution.outcomes.map { $0 == .nonFiniteInitialState }
        parameters = Array(repeating: 0, count: solver.field.parameterCount)
        outcomes = Array(repeating: .completed, count: count)
        statistics = Array(repeating: SolveStatistics(), count: count)
        for b in 0..<count where isFinished[b] {
            outcomes[b] = .nonFiniteInitialState
            for component in 0..<dimension { adjoints[b * dimension + component] = 0 }
        }
        skipUnreached()
    }

    private func evaluation(_ place: Int) -> Int { order.map { $0[place] } ?? place }

    private func isForward(_ b: Int) -> Bool { batch.endTimes[b] >= batch.startTimes[b] }

    // Evaluations beyond where the trajectory ended are NaN and have no influence.
    private mutating func skipUnreached() {
        for b in 0..<batch.count {
            while cursor[b] > batch.evaluationOffsets[b] {
                let evaluationTime = batch.evaluationTimes[evaluation(cursor[b] - 1)]
                let isReached = isForward(b) ? evaluationTime <= time[b] : evaluationTime >= time[b]
                if isReached { break }
                cursor[b] -= 1
            }
        }
    }

    /// Takes up the cotangents at every trajectory's time and returns where each has to go next.
    mutating func nextLegs() -> [Leg] {
        var legs: [Leg] = []
        for b in 0..<batch.count where !isFinished[b] {
            while let target = nextTarget(b) {
                if hasAdjoint(b) {
                    legs.append(Leg(trajectory: b, from: time[b], to: target))
                    break
                }
                // Nothing to carry back yet.
                time[b] = target
            }
        }
        return legs
    }

    // Nil where the start has been reached.
    private mutating func nextTarget(_ b: Int) -> Double? {
        let first = batch.evaluationOffsets[b]
        while cursor[b] > first, batch.evaluationTimes[evaluation(cursor[b] - 1)] == time[b] {
            cursor[b] -= 1
            let row = evaluation(cursor[b]) * dimension
            for component in 0..<dimension {
                adjoints[b * dimension + component] += stateCotangents[row + component]
                states[b * dimension + component] = solution.states[row + component]
            }
        }
        if time[b] == batch.startTimes[b] {
            isFinished[b] = true
            return nil
        }
        return cursor[b] > first ? batch.evaluationTimes[evaluation(cursor[b] - 1)] : batch.startTimes[b]
    }

    private func hasAdjoint(_ b: Int) -> Bool {
        (0..<dimension).contains { adjoints[b * dimension + $0] != 0 }
    }
}

// MARK: - One round

extension AdjointSweep {
    private func augmented(_ legs: [Leg], extra: Int) -> TrajectoryBatch<Scalar> {
        var initial: [Scalar] = []
        initial.reserveCapacity(legs.count * (2 * dimension + extra))
        for leg in legs {
            let range = leg.trajectory * dimension..<(leg.trajectory + 1) * dimension
            initial.append(contentsOf: states[range])
            initial.append(contentsOf: adjoints[range])
            initial.append(contentsOf: repeatElement(0, count: extra))
        }
        return TrajectoryBatch(
            initialStates: initial, startTimes: legs.map(\.from), endTimes: legs.map(\.to), evaluationTimes: [],
            evaluationOffsets: Array(repeating: 0, count: legs.count + 1))
    }

    private func engine(_ tolerances: Tolerances, extra: Int) -> SolveEngine<Scalar> {
        var engine = solver.engine(dimension: 2 * dimension + extra)
        engine.needsFullBlocks = true
        engine.events = []
        engine.tolerances = tolerances.repeated(dimension: dimension, extra: extra)
        if let included = engine.controller.includedComponents {
            engine.controller.includedComponents = included + included + Array(repeating: true, count: extra)
        }
        return engine
    }

    /// Runs the legs with the parameters' gradient by quadrature.
    mutating func runSeminorm(_ legs: [Leg], _ tolerances: Tolerances) throws(SolveError) {
        let batch = augmented(legs, extra: 0)
        let engine = engine(tolerances, extra: 0)
        _ = try engine.validate(batch)
        let length = solver.field.parameterCount
        let groups = engine.partition(batch.count).groupCount
        let partials = PartialGradients<Scalar>(count: groups, length: length)
        let adjoint = AdjointField(
            field: solver.field, kernels: solver.kernels, origins: legs.map(\.trajectory))
        let plan = solver.method.plan
        let kernels = solver.kernels
        let result = engine.run(batch, order: nil) { control, errorScale in
            AdjointStepper(
                adjoint: adjoint, plan: plan, kernels: kernels, control: control, errorScale: errorScale)
        } finishGroup: { group, stepper in
            partials.take(group, from: stepper.gradient)
        }
        for group in 0..<groups {
            for index in 0..<length { parameters[index] += partials.row(group)[index] }
        }
        move(legs, result, extra: 0)
    }

    /// Runs the legs with every trajectory's parameter gradient in its state.
    mutating func runFull(_ legs: [Leg], _ tolerances: Tolerances) throws(SolveError) {
        let length = solver.field.parameterCount
        let batch = augmented(legs, extra: length)
        let engine = engine(tolerances, extra: length)
        _ = try engine.validate(batch)
        let full = FullAdjointField(
            base: AdjointField(
                field: solver.field, kernels: solver.kernels, origins: legs.map(\.trajectory)))
        let plan = solver.method.plan
        let kernels = solver.kernels
        let result = engine.run(batch, order: nil) { control, errorScale in
            ExplicitStepper(field: full, plan: plan, kernels: kernels, control: control, errorScale: errorScale)
        }
        let width = 2 * dimension + length
        for leg in legs.indices {
            for index in 0..<length {
                parameters[index] += result.finalStates[leg * width + 2 * dimension + index]
            }
        }
        move(legs, result, extra: length)
    }

    private mutating func move(_ legs: [Leg], _ result: BatchSolution<Scalar>, extra: Int) {
        let width = 2 * dimension + extra
        for (index, leg) in legs.enumerated() {
            let b = leg.trajectory
            let isDone = result.outcomes[index] == .completed
            time[b] = leg.to
            outcomes[b] = result.outcomes[index]
            for component in 0..<dimension {
                let row = index * width + component
                states[b * dimension + component] = result.finalStates[row]
                adjoints[b * dimension + component] = isDone ? result.finalStates[row + dimension] : .nan
            }
            if !isDone { isFinished[b] = true }
            statistics[b].acceptedSteps += result.statistics[index].acceptedSteps
            statistics[b].rejectedSteps += result.statistics[index].rejectedSteps
            statistics[b].vectorFieldEvaluations += result.statistics[index].vectorFieldEvaluations
        }
    }
}

// MARK: - Times

extension AdjointSweep {
    /// The gradients, with those of the times.
    func finish() -> AdjointGradients<Scalar> {
        let count = batch.count
        var owners: [Int] = []
        for b in 0..<count {
            owners.append(
                contentsOf: repeatElement(b, count: batch.evaluationOffsets[b + 1] - batch.evaluationOffsets[b]))
        }
        let evaluations = rates(batch.evaluationTimes, solution.states, stateCotangents, owners)
        let starts = rates(batch.startTimes, batch.initialStates, adjoints, Array(0..<count))
        let ends = finalStateCotangents.map {
            rates(solution.finalTimes, solution.finalStates, $0, Array(0..<count))
        }
        return AdjointGradients(
            initialStates: adjoints, parameters: parameters, startTimes: starts.map { -$0 },
            endTimes: ends ?? Array(repeating: 0, count: count), evaluationTimes: evaluations, outcomes: outcomes,
            statistics: statistics)
    }

    /// cotangent · f at every row; zero where the state is NaN, which no evaluation has reached.
    private func rates(
        _ times: [Double], _ rows: [Scalar], _ cotangents: [Scalar], _ owners: [Int]
    ) -> [Double] {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let workspace = solver.field.makeWorkspace()
        let block = AlignedBuffer<Scalar>(count: dimension * lanes)
        let slope = AlignedBuffer<Scalar>(count: dimension * lanes)
        let row = AlignedBuffer<Scalar>(count: dimension)
        let laneTimes = AlignedBuffer<Double>(count: lanes)
        let laneOwners = AlignedBuffer<Int>(count: lanes)
        var result = Array(repeating: 0.0, count: times.count)
        for first in stride(from: 0, to: times.count, by: lanes) {
            for lane in 0..<lanes {
                let index = min(first + lane, times.count - 1)
                laneTimes.pointer[lane] = times[index]
                laneOwners.pointer[lane] = owners[index]
                for component in 0..<dimension { row.pointer[component] = rows[index * dimension + component] }
                solver.kernels.setLane(lane, of: block.pointer, to: row.pointer, components: dimension, lanes: lanes)
            }
            solver.field.evaluate(
                slope.pointer,
                at: LanePoints(
                    lanes: lanes, times: laneTimes.pointer, states: block.pointer, trajectories: laneOwners.pointer),
                workspace: workspace)
            for lane in 0..<min(lanes, times.count - first) {
                let index = first + lane
                guard !rows[index * dimension..<(index + 1) * dimension].contains(where: \.isNaN) else { continue }
                for component in 0..<dimension {
                    result[index] +=
                        Double(cotangents[index * dimension + component])
                        * Double(slope.pointer[component * lanes + lane])
                }
            }
        }
        return result
    }
}

/// One gradient for each group of a solve.
///
/// Each row is written by the thread that solves the group; rows are apart in memory and read only after the solve: safe
/// to share.
final class PartialGradients<Scalar: KernelScalar>: @unchecked Sendable {
    private let memory: AlignedBuffer<Scalar>
    private let length: Int

    init(count: Int, length: Int) {
        self.length = length
        memory = AlignedBuffer(count: count * length)
    }

    func row(_ group: Int) -> UnsafePointer<Scalar> { UnsafePointer(memory.pointer + group * length) }

    /// Moves a gradient into the row of a group and clears it.
    func take(_ group: Int, from gradient: AlignedBuffer<Scalar>) {
        (memory.pointer + group * length).update(from: gradient.pointer, count: length)
        gradient.clear()
    }
}
