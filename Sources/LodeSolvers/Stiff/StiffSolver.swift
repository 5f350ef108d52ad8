public import LodeNumerics

/// Solves stiff initial value problems by a Rosenbrock method, every trajectory with steps of its own.
///
/// As ``BatchSolver`` in everything else: lanes, outcomes, dense output, and results that do not depend on the batch.
/// Each attempt costs one factored D × D matrix a trajectory, in Double whatever the element type.
public struct StiffSolver<Field: JacobianField>: Sendable {
    /// The right-hand side; see ``PulledBackJacobian`` for a field that has no Jacobian of its own.
    public var field: Field
    /// The method of a step.
    public let method: RosenbrockMethod
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
    /// Times at which the field jumps; no step crosses one.
    public var jumpTimes: [Double]
    /// What to watch for on the way.
    public var events: [Event<Field.Scalar>]

    private let plan: RosenbrockPlan

    /// A solver from its parts; a solve checks them.
    public init(
        field: Field, method: RosenbrockMethod = .rodas5P, controller: StepSizeController, tolerances: Tolerances,
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
        plan = RosenbrockPlan(method)
    }

    /// Solves every trajectory of a batch.
    ///
    /// Throws ``SolveError`` for input that cannot be solved; how each trajectory ended stands in the solution's
    /// outcomes. Cost: as many evaluations as stages an attempt, one Jacobian an accepted step.
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
        return engine.runDense(batch, order: order, degree: plan.degree) { makeStepper($0, $1) }
    }

    private func engine() -> SolveEngine<Field.Scalar> {
        SolveEngine(
            dimension: field.dimension, controller: controller, tolerances: tolerances, kernels: kernels, pool: pool,
            maxSteps: maxSteps, jumpTimes: jumpTimes, errorExponent: method.embeddedOrder + 1,
            needsFullBlocks: field.needsFullBlocks, events: events)
    }

    private func makeStepper(
        _ control: LaneControl, _ errorScale: ErrorScale<Field.Scalar>
    ) -> RosenbrockStepper<Field> {
        RosenbrockStepper(
            field: field, method: method, plan: plan, kernels: kernels, control: control, errorScale: errorScale)
    }
}
