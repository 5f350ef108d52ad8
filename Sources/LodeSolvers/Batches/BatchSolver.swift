internal import Foundation
public import LodeNumerics

/// Solves initial value problems by an explicit Runge–Kutta method, every trajectory with steps of its own.
///
/// A trajectory's result depends on its own problem alone: it is the same, bit for bit, in any batch, at any place in
/// it and with any number of threads (for one build and instruction set). Making a solver costs nothing to speak of:
/// a field with other parameters is another solver.
public struct BatchSolver<Field: VectorField>: Sendable {
    /// The right-hand side.
    public var field: Field
    /// The method of a step.
    public var method: RungeKuttaMethod
    /// How step sizes are chosen.
    public var controller: StepSizeController
    /// How large errors may be.
    public var tolerances: Tolerances
    /// The arithmetic.
    public var kernels: Kernels<Field.Scalar>
    /// The threads that share a batch.
    public var pool: ThreadPool
    /// How many steps, accepted and rejected, a trajectory may take.
    public var maxSteps: Int
    /// Times at which the field jumps, such as inputs that switch: no step crosses one, and the field is evaluated
    /// strictly before or after, never at it.
    public var jumpTimes: [Double]

    /// A solver from its parts; a solve checks them.
    public init(
        field: Field, method: RungeKuttaMethod, controller: StepSizeController, tolerances: Tolerances,
        kernels: Kernels<Field.Scalar>, pool: ThreadPool, maxSteps: Int, jumpTimes: [Double] = []
    ) {
        self.field = field
        self.method = method
        self.controller = controller
        self.tolerances = tolerances
        self.kernels = kernels
        self.pool = pool
        self.maxSteps = maxSteps
        self.jumpTimes = jumpTimes
    }

    /// Solves every trajectory of a batch.
    ///
    /// Throws ``SolveError`` for input that cannot be solved; how each trajectory ended stands in the solution's
    /// outcomes. Cost: stages − 1 evaluations an attempt, two at the start; no allocation per step.
    public func solve(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) -> BatchSolution<Field.Scalar> {
        try solve(batch, recordingInto: nil).solution
    }
}

extension BatchSolver {
    /// The partition of a batch of `count` trajectories.
    static func partition(_ count: Int) -> GroupPartition {
        GroupPartition(count: count, lanesPerBlock: Kernels<Field.Scalar>.lanesPerBlock)
    }

    func solve(
        _ batch: TrajectoryBatch<Field.Scalar>, recordingInto records: [GroupRecord<Field.Scalar>]?
    ) throws(SolveError) -> (solution: BatchSolution<Field.Scalar>, order: [Int]?) {
        try validate(batch)
        let order = EvaluationOrder.sorting(
            times: batch.evaluationTimes, offsets: batch.evaluationOffsets, startTimes: batch.startTimes,
            endTimes: batch.endTimes)
        return (run(batch, order: order, records: records), order)
    }

    private func validate(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) {
        let dimension = field.dimension
        try tolerances.validate(dimension: dimension)
        try controller.validate(dimension: dimension)
        guard maxSteps >= 1 else { throw .invalidStepLimit(maxSteps) }
        guard method.tableau.embeddedOrder != nil || controller.constantStepSize != nil else {
            throw .methodWithoutErrorEstimate(method: method.name)
        }
        for time in jumpTimes where !time.isFinite { throw .nonFiniteJumpTime(time) }
        try batch.validate(dimension: dimension)
    }

    private func makeSettings() -> StepSettings {
        StepSettings(
            controller: controller, errorExponent: method.plan.errorExponent ?? method.tableau.order + 1,
            dimension: field.dimension, maxSteps: maxSteps, jumpTimes: Set(jumpTimes).sorted(), logarithm: log)
    }

    private func run(
        _ batch: TrajectoryBatch<Field.Scalar>, order: [Int]?, records: [GroupRecord<Field.Scalar>]?
    ) -> BatchSolution<Field.Scalar> {
        let count = batch.count
        let dimension = field.dimension
        var finalStates: [Field.Scalar] = []
        var finalTimes: [Double] = []
        var outcomes: [Outcome] = []
        var statistics: [SolveStatistics] = []
        let partition = Self.partition(count)
        let settings = makeSettings()
        let errorScale = ErrorScale<Field.Scalar>(
            tolerances: tolerances, controller: controller, dimension: dimension)
        let states = Self.uninitialized(batch.evaluationTimes.count * dimension) { states in
            finalStates = Self.uninitialized(count * dimension) { finalStates in
                finalTimes = Self.uninitialized(count) { finalTimes in
                    outcomes = Self.uninitialized(count) { outcomes in
                        statistics = Self.uninitialized(count) { statistics in
                            batch.withMemory(
                                dimension: dimension, order: order, states: states, finalStates: finalStates,
                                finalTimes: finalTimes, outcomes: outcomes, statistics: statistics
                            ) { memory in
                                solveGroups(
                                    memory, partition: partition, settings: settings, errorScale: errorScale,
                                    records: records)
                            }
                        }
                    }
                }
            }
        }
        return BatchSolution(
            states: states, finalStates: finalStates, finalTimes: finalTimes, outcomes: outcomes,
            statistics: statistics)
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

    private func solveGroups(
        _ memory: BatchMemory<Field.Scalar>, partition: GroupPartition, settings: StepSettings,
        errorScale: ErrorScale<Field.Scalar>, records: [GroupRecord<Field.Scalar>]?
    ) {
        let solvers = SlotValues<LaneSolver<ExplicitStepper<Field>>>(count: pool.threadCount)
        pool.forEach(partition.groupCount) { group, slot in
            let solver = solvers.value(slot) {
                let control = LaneControl(
                    lanes: partition.lanes, settings: settings, kernels: Kernels(kernels.instructionSet))
                let stepper = ExplicitStepper(
                    field: field, plan: method.plan, kernels: kernels, control: control, errorScale: errorScale)
                return LaneSolver(
                    stepper: stepper, control: control, memory: memory, groupSize: partition.groupSize,
                    errorScale: errorScale)
            }
            let recorder = records.map {
                StepRecorder(record: $0[group], kernels: kernels, dimension: memory.dimension)
            }
            solver.run(partition.trajectories(of: group), recorder: recorder)
        }
    }
}

extension TrajectoryBatch {
    /// Runs `body` over the arrays as plain memory.
    func withMemory(
        dimension: Int, order: [Int]?, states: UnsafeMutablePointer<Scalar>,
        finalStates: UnsafeMutablePointer<Scalar>, finalTimes: UnsafeMutablePointer<Double>,
        outcomes: UnsafeMutablePointer<Outcome>, statistics: UnsafeMutablePointer<SolveStatistics>,
        _ body: (BatchMemory<Scalar>) -> Void
    ) {
        // Array-to-pointer conversions hold for one call, so the call is `body`.
        let isOrdered = order == nil
        func call(
            _ initialStates: UnsafePointer<Scalar>, _ startTimes: UnsafePointer<Double>,
            _ endTimes: UnsafePointer<Double>, _ times: UnsafePointer<Double>, _ offsets: UnsafePointer<Int>,
            _ order: UnsafePointer<Int>
        ) {
            let memory = BatchTimes(
                startTimes: startTimes, endTimes: endTimes, evaluationTimes: times, evaluationOffsets: offsets,
                order: isOrdered ? nil : order, finalTimes: finalTimes, outcomes: outcomes, statistics: statistics)
            body(
                BatchMemory(
                    dimension: dimension, times: memory, initialStates: initialStates, states: states,
                    finalStates: finalStates))
        }
        call(initialStates, startTimes, endTimes, evaluationTimes, evaluationOffsets, order ?? [])
    }
}
