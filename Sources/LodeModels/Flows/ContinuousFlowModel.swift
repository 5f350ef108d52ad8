public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// A continuous flow to be trained: its dynamics, with how they are solved and differentiated.
///
/// Legend: B points of D components.
public struct ContinuousFlowModel<Dynamics: FlowDynamics>: FlowModel {
    /// The field's architecture.
    public var dynamics: Dynamics
    /// Of all solves, in units of the points.
    public var tolerances: Tolerances
    /// Time goes from 0, where points are standard normal, to this.
    public var duration = 1.0
    /// How gradients are found.
    public var route = GradientRoute.discretizeThenOptimize
    /// After how many steps a point is given up.
    public var maxSteps = 2_000

    /// A flow over the time from 0 to 1.
    public init(_ dynamics: Dynamics, tolerances: Tolerances) {
        self.dynamics = dynamics
        self.tolerances = tolerances
    }

    /// The parameters of the field.
    public var layout: ParameterLayout { dynamics.layout }

    /// The flow of `count` points; see ``FlowDynamics/field(parameters:count:noise:kernels:)`` for the noise.
    public func flow(
        _ parameters: ParameterVector<Float>, count: Int, noise: FlowNoise?, kernels: Kernels<Float>, pool: ThreadPool
    ) -> ContinuousFlow<Dynamics.Field> {
        ContinuousFlow(
            solver: BatchSolver(
                field: dynamics.field(parameters: parameters, count: count, noise: noise, kernels: kernels),
                method: .dormandPrince54, controller: .integral, tolerances: tolerances, kernels: kernels, pool: pool,
                maxSteps: maxSteps), startTime: 0, endTime: duration)
    }

    /// By pushing the base's points forward.
    public func divergence(
        from target: some PotentialEnergy, base: [Float], noise: FlowNoise, parameters: ParameterVector<Float>,
        gradient: inout [Float], kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss {
        let space = dynamics.space
        let flow = flow(parameters, count: base.count / space, noise: noise, kernels: kernels, pool: pool)
        let recorded = try flow.recordTransport(base, from: 0, to: duration, route: route)
        var terms = LossTerms(recorded.transport, space: space)
        terms.judge { index, point, slope in
            let normal = ContinuousFlow<Dynamics.Field>.standardNormal(base[index * space..<(index + 1) * space])
            return normal + recorded.transport.logDensityChanges[index] + target.energy(at: point, slope: slope)
        }
        gradient = try flow.pullback(recorded, points: terms.points, logDensityChanges: terms.changes).parameters
        return terms.loss
    }

    /// By pulling the points back to the base.
    public func negativeLogDensity(
        of points: [Float], noise: FlowNoise, parameters: ParameterVector<Float>, gradient: inout [Float],
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss {
        let space = dynamics.space
        let flow = flow(parameters, count: points.count / space, noise: noise, kernels: kernels, pool: pool)
        let recorded = try flow.recordTransport(points, from: duration, to: 0, route: route)
        var terms = LossTerms(recorded.transport, space: space)
        terms.judge { index, point, slope in
            for component in 0..<space { slope[component] = point[component] }
            let normal = ContinuousFlow<Dynamics.Field>.standardNormal(
                recorded.transport.points[index * space..<(index + 1) * space])
            return recorded.transport.logDensityChanges[index] - normal
        }
        gradient = try flow.pullback(recorded, points: terms.points, logDensityChanges: terms.changes).parameters
        return terms.loss
    }

    /// By pulling the points back, with exact traces.
    public func logDensities(
        of points: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Double] {
        try flow(parameters, count: points.count / dynamics.space, noise: nil, kernels: kernels, pool: pool)
            .logDensities(of: points, at: duration)
    }

    /// By pushing the points forward.
    public func samples(
        from base: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Float] {
        try flow(parameters, count: base.count / dynamics.space, noise: nil, kernels: kernels, pool: pool)
            .push(base).points
    }
}

/// A mean over the points of a transport, and its cotangents.
private struct LossTerms {
    let outcomes: [Outcome]
    let arrived: [Float]
    let space: Int
    var points: [Float]
    var changes: [Double]
    var loss = FlowLoss(value: 0, unfinished: 0)

    init<Field: FlowField<Float>>(_ transport: ContinuousFlow<Field>.Transport, space: Int) {
        outcomes = transport.outcomes
        arrived = transport.points
        self.space = space
        points = Array(repeating: 0, count: arrived.count)
        changes = Array(repeating: 0, count: outcomes.count)
    }

    /// Takes the mean of `term`, which gives a point's value and the slope of what it adds to ℓ.
    mutating func judge(
        _ term: (_ index: Int, _ point: UnsafePointer<Double>, _ slope: UnsafeMutablePointer<Double>) -> Double
    ) {
        let finished = outcomes.count { $0 == .completed }
        loss.unfinished = outcomes.count - finished
        let share = 1 / Double(max(finished, 1))
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * space) { scratch in
            guard let point = scratch.baseAddress else { return }
            let slope = point + space
            scratch.initialize(repeating: 0)
            for index in outcomes.indices where outcomes[index] == .completed {
                for component in 0..<space { point[component] = Double(arrived[index * space + component]) }
                loss.value += share * term(index, point, slope)
                changes[index] = share
                for component in 0..<space { points[index * space + component] = Float(share * slope[component]) }
            }
        }
    }
}
