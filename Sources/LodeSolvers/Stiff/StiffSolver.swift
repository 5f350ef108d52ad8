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

    private let plan: RosenbrockPlan

    /// A solver from its parts; a solve checks them.
    public init(
        field: Field, method: RosenbrockMethod = .rodas5P, controller: StepSizeController, tolerances: Tolerances,
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
        plan = RosenbrockPlan(method)
    }

    /// Solves every trajectory of a batch.
    ///
    /// Throws ``SolveError`` for input that cannot be solved; how each trajectory ended stands in the solution's
    /// outcomes. Cost: as many evaluations as stages an attempt, one Jacobian an accepted step.
    public func solve(_ batch: TrajectoryBatch<Field.Scalar>) throws(SolveError) -> BatchSolution<Field.Scalar> {
        let engine = SolveEngine<Field.Scalar>(
            dimension: field.dimension, controller: controller, tolerances: tolerances, kernels: kernels, pool: pool,
            maxSteps: maxSteps, jumpTimes: jumpTimes, errorExponent: method.embeddedOrder + 1,
            needsFullBlocks: field.needsFullBlocks)
        try engine.validate(batch)
        let order = EvaluationOrder.sorting(
            times: batch.evaluationTimes, offsets: batch.evaluationOffsets, startTimes: batch.startTimes,
            endTimes: batch.endTimes)
        return engine.run(batch, order: order) { control, errorScale in
            RosenbrockStepper(
                field: field, method: method, plan: plan, kernels: kernels, control: control, errorScale: errorScale)
        }
    }
}
