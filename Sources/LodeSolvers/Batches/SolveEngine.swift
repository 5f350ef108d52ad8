internal import Foundation
internal import LodeNumerics
internal import Synchronization

/// What all solvers of batches share: checks, the partition into groups, threads, and the arrays of the solution.
struct SolveEngine<Scalar: KernelScalar>: Sendable {
    var dimension: Int
    var controller: StepSizeController
    var tolerances: Tolerances
    var kernels: Kernels<Scalar>
    var pool: ThreadPool
    var maxSteps: Int
    var jumpTimes: [Double]
    /// The order of the error estimate plus one.
    var errorExponent: Int
    /// That of the first step, where it differs.
    var firstStepExponent: Int?
    /// Whether the stepper works on full blocks alone, as pullbacks do.
    var needsFullBlocks = false
    /// What to watch for.
    var events: [Event<Scalar>] = []

    /// Throws the first setting or array that is wrong; returns the order of the evaluation times, nil where it is the
    /// caller's.
    func validate(_ batch: TrajectoryBatch<Scalar>) throws(SolveError) -> [Int]? {
        try tolerances.validate(dimension: dimension)
        try controller.validate(dimension: dimension)
        guard maxSteps >= 1 else { throw .invalidStepLimit(maxSteps) }
        for time in jumpTimes where !time.isFinite { throw .nonFiniteJumpTime(time) }
        return try batch.validatedOrder(dimension: dimension, pool: pool)
    }

    /// The partition of a batch of `count` trajectories.
    func partition(_ count: Int) -> GroupPartition {
        GroupPartition(
            count: count, lanesPerBlock: Kernels<Scalar>.lanesPerBlock,
            lanesPerHalfBlock: Kernels<Scalar>.lanesPerHalfBlock, needsFullBlocks: needsFullBlocks)
    }

    /// Solves a valid batch.
    ///
    /// - Parameters:
    ///   - order: the permutation that sorts the evaluation times, or nil.
    ///   - makeStepper: called once for each thread.
    ///   - groupRecorder: the recorder of a group, called by the thread that solves it.
    ///   - finishGroup: called by that thread when the group is solved.
    func run<Stepper: LaneStepper>(
        _ batch: TrajectoryBatch<Scalar>, order: [Int]?,
        makeStepper: @Sendable (LaneControl, ErrorScale<Scalar>) -> Stepper,
        groupRecorder: @Sendable (Int) -> (any LaneRecorder<Scalar>)? = { _ in nil },
        finishGroup: @Sendable (Int, Stepper) -> Void = { _, _ in }
    ) -> BatchSolution<Scalar> where Stepper.Scalar == Scalar {
        let count = batch.count
        let jumps = JumpTimes(shared: jumpTimes, batch: batch)
        var finalStates: [Scalar] = []
        var finalTimes: [Double] = []
        var outcomes: [Outcome] = []
        var statistics: [SolveStatistics] = []
        var occurrences: [EventOccurrence<Scalar>] = []
        let states = Self.uninitialized(batch.evaluationTimes.count * dimension) { states in
            finalStates = Self.uninitialized(count * dimension) { finalStates in
                finalTimes = Self.uninitialized(count) { finalTimes in
                    outcomes = Self.uninitialized(count) { outcomes in
                        statistics = Self.uninitialized(count) { statistics in
                            batch.withMemory(
                                dimension: dimension, order: order, states: states, finalStates: finalStates,
                                finalTimes: finalTimes, outcomes: outcomes, statistics: statistics
                            ) { memory in
                                occurrences = solveGroups(
                                    memory, count: count, jumps: jumps, makeStepper: makeStepper,
                                    groupRecorder: groupRecorder,
                                    finishGroup: finishGroup)
                            }
                        }
                    }
                }
            }
        }
        return BatchSolution(
            states: states, finalStates: finalStates, finalTimes: finalTimes, outcomes: outcomes,
            statistics: statistics, events: occurrences)
    }

    /// Solves a valid batch and keeps the polynomials of its steps.
    func runDense<Stepper: LaneStepper>(
        _ batch: TrajectoryBatch<Scalar>, order: [Int]?, degree: Int,
        makeStepper: @Sendable (LaneControl, ErrorScale<Scalar>) -> Stepper
    ) -> DenseSolution<Scalar> where Stepper.Scalar == Scalar {
        let partition = partition(batch.count)
        let records = (0..<partition.groupCount).map {
            DenseRecord<Scalar>(trajectories: partition.trajectories(of: $0))
        }
        let solution = run(batch, order: order, makeStepper: makeStepper) { group in
            DenseRecorder(record: records[group], lanes: partition.lanes)
        }
        return DenseSolution(
            solution: solution, groups: records, groupSize: partition.groupSize, dimension: dimension, degree: degree,
            kernels: kernels, startTimes: batch.startTimes, initialStates: batch.initialStates)
    }

    private static func uninitialized<Element>(
        _ count: Int, _ fill: (UnsafeMutablePointer<Element>) -> Void
    ) -> [Element] {
        // `fill` initialises every element: each trajectory writes all of its rows, its time, outcome and statistics.
        [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let pointer = buffer.baseAddress { fill(pointer) }
            initialized = count
        }
    }

    private func solveGroups<Stepper: LaneStepper>(
        _ memory: BatchMemory<Scalar>, count: Int, jumps: JumpTimes,
        makeStepper: @Sendable (LaneControl, ErrorScale<Scalar>) -> Stepper,
        groupRecorder: @Sendable (Int) -> (any LaneRecorder<Scalar>)?,
        finishGroup: @Sendable (Int, Stepper) -> Void
    ) -> [EventOccurrence<Scalar>] where Stepper.Scalar == Scalar {
        let partition = partition(count)
        let settings = StepSettings(
            controller: controller, errorExponent: errorExponent,
            firstStepExponent: firstStepExponent ?? errorExponent, dimension: dimension, maxSteps: maxSteps,
            jumps: jumps, logarithm: log)
        let errorScale = ErrorScale<Scalar>(tolerances: tolerances, controller: controller, dimension: dimension)
        let occurrences = Mutex<[(group: Int, found: [EventOccurrence<Scalar>])]>([])
        let solvers = SlotValues<LaneSolver<Stepper>>(count: pool.threadCount)
        pool.forEach(partition.groupCount) { group, slot in
            let solver = solvers.value(slot) {
                let control = LaneControl(
                    lanes: partition.lanes, settings: settings, kernels: Kernels(kernels.instructionSet))
                return LaneSolver(
                    stepper: makeStepper(control, errorScale), control: control, memory: memory,
                    groupSize: partition.groupSize, errorScale: errorScale, events: events)
            }
            solver.run(partition.trajectories(of: group), recorder: groupRecorder(group))
            finishGroup(group, solver.stepper)
            let found = solver.takeOccurrences()
            if !found.isEmpty { occurrences.withLock { $0.append((group, found)) } }
        }
        // A trajectory's occurrences stand in the order it met them; trajectories in the order of the batch.
        return occurrences.withLock { found in
            found.sorted { $0.group < $1.group }.flatMap { group in
                group.found.enumerated().sorted { a, b in
                    a.element.trajectory != b.element.trajectory
                        ? a.element.trajectory < b.element.trajectory : a.offset < b.offset
                }.map(\.element)
            }
        }
    }
}
