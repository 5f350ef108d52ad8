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
    /// What to watch for on the way.
    public var events: [Event<Field.Scalar>]

    /// A solver from its parts; a solve checks them.
    public init(
        field: Field, method: RungeKuttaMethod, controller: StepSizeController, tolerances: Tolerances,
        kernels: Kernels<Field.Scalar>, pool: ThreadPool, maxSteps: Int, jumpTimes: [Double] = [],
        events: [Event<Field.Scalar>] = []
    ) {
        self.field = field
        self.method = method
        self.controller = controller
        self.tolerances = tolerances
        self.kernels = kernels
        self.pool = pool
        self.maxSteps = maxSteps
        self.jumpTimes = jumpTimes
        self.events = events
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
    /// The engine of this solver's settings, for states of `dimension` components (its own, where nil).
    func engine(dimension: Int? = nil) -> SolveEngine<Field.Scalar> {
        SolveEngine(
            dimension: dimension ?? field.dimension, controller: controller, tolerances: tolerances, kernels: kernels,
            pool: pool, maxSteps: maxSteps, jumpTimes: jumpTimes,
            errorExponent: method.plan.errorExponent ?? method.tableau.order + 1, events: events)
    }

    /// Solves every trajectory of a batch and keeps the solutions as functions of time.
    ///
    /// Throws as ``solve(_:)``.
    public func solveDense(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) -> DenseSolution<Field.Scalar> {
        let engine = engine()
        let order = try engine.validate(batch)
        try requireErrorEstimate()
        return engine.runDense(batch, order: order, degree: method.plan.degree) { control, scale in
            ExplicitStepper(field: field, plan: method.plan, kernels: kernels, control: control, errorScale: scale)
        }
    }

    func solve(
        _ batch: TrajectoryBatch<Field.Scalar>, recordingInto records: [GroupRecord<Field.Scalar>]?
    ) throws(SolveError) -> (solution: BatchSolution<Field.Scalar>, order: [Int]?) {
        let engine = engine()
        let order = try engine.validate(batch)
        try requireErrorEstimate()
        let solution = engine.run(batch, order: order) { control, errorScale in
            ExplicitStepper(
                field: field, plan: method.plan, kernels: kernels, control: control, errorScale: errorScale)
        } groupRecorder: { group in
            records.map { StepRecorder(record: $0[group], kernels: kernels, dimension: field.dimension) }
        }
        return (solution, order)
    }

    func requireErrorEstimate() throws(SolveError) {
        guard method.tableau.embeddedOrder != nil || controller.constantStepSize != nil else {
            throw .methodWithoutErrorEstimate(method: method.name)
        }
    }
}

extension TrajectoryBatch {
    /// The permutation that sorts each trajectory's evaluation times; nil where they are sorted already.
    func evaluationOrder() -> [Int]? {
        EvaluationOrder.sorting(
            times: evaluationTimes, offsets: evaluationOffsets, startTimes: startTimes, endTimes: endTimes)
    }

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
