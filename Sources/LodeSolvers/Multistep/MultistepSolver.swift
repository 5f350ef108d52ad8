public import LodeNumerics

/// Solves initial value problems by an Adams method, every trajectory with steps and orders of its own.
///
/// As ``BatchSolver`` in everything else: lanes, outcomes, dense output, and results that do not depend on the batch.
/// It takes the fewest evaluations of all where the field is smooth, costly and asked for tight tolerances.
public struct MultistepSolver<Field: VectorField>: Sendable {
    /// The right-hand side.
    public var field: Field
    /// The method of a step.
    public var method: AdamsMethod
    /// How step sizes are chosen; no step is more than twice the one before, since the method is unstable beyond.
    public var controller: StepSizeController
    /// How large errors may be.
    public var tolerances: Tolerances
    /// The arithmetic.
    public var kernels: Kernels<Field.Scalar>
    /// The threads that share a batch.
    public var pool: ThreadPool
    /// How many steps, accepted and rejected, a trajectory may take.
    public var maxSteps: Int
    /// Times at which the field jumps; no step crosses one, and the history starts anew behind it.
    public var jumpTimes: [Double]
    /// What to watch for on the way.
    public var events: [Event<Field.Scalar>]

    /// A solver from its parts; a solve checks them.
    public init(
        field: Field, method: AdamsMethod, controller: StepSizeController, tolerances: Tolerances,
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
    /// outcomes.
    public func solve(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) -> BatchSolution<Field.Scalar> {
        let engine = engine()
        let order = try engine.validate(batch)
        return engine.run(batch, order: order) { makeStepper($0, $1) }
    }

    /// Solves every trajectory of a batch and keeps the solutions as functions of time.
    ///
    /// Throws as ``solve(_:)``.
    public func solveDense(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) -> DenseSolution<Field.Scalar> {
        let engine = engine()
        let order = try engine.validate(batch)
        return engine.runDense(batch, order: order, degree: AdamsMethod.highestOrder + 1) {
            makeStepper($0, $1)
        }
    }

    private func engine() -> SolveEngine<Field.Scalar> {
        var controller = controller
        controller.maximumFactor = min(controller.maximumFactor, 2)
        return SolveEngine(
            dimension: field.dimension, controller: controller, tolerances: tolerances, kernels: kernels, pool: pool,
            maxSteps: maxSteps, jumpTimes: jumpTimes, errorExponent: 1, firstStepExponent: 2, events: events)
    }

    private func makeStepper(
        _ control: LaneControl, _ errorScale: ErrorScale<Field.Scalar>
    ) -> AdamsStepper<Field> {
        AdamsStepper(
            field: field, method: method, kernels: kernels, control: control, errorScale: errorScale)
    }
}
