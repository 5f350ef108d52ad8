public import LodeNumerics

/// Which components the error control of the continuous adjoint sees.
public enum AdjointNorm: String, Sendable, Hashable, Codable, CaseIterable {
    /// State, adjoint and parameters' gradient, as in the paper. Costs a pullback for every trajectory and evaluation.
    case full
    /// State and adjoint: the gradient of the parameters feeds nothing back, so its error need not shorten steps.
    ///
    /// Source: P. Kidger, R. T. Q. Chen, T. Lyons, "Hey, that's not an ODE: faster ODE adjoints via seminorms", ICML
    /// 2021, arXiv:2009.09457.
    case seminorm
}

/// What the continuous adjoint returns.
///
/// B trajectories of D components, T evaluation times, P parameters.
public struct AdjointGradients<Scalar: KernelScalar>: Sendable {
    /// Those of the initial states, `[B][D]`; NaN where the backward solve did not reach the start.
    public internal(set) var initialStates: [Scalar]
    /// Those of the parameters, summed over the batch, `[P]`.
    public internal(set) var parameters: [Scalar]
    /// Those of the start times, `[B]`, with the initial state held fixed.
    public internal(set) var startTimes: [Double]
    /// Those of the end times through the final states, `[B]`.
    public internal(set) var endTimes: [Double]
    /// Those of the evaluation times, `[T]`.
    public internal(set) var evaluationTimes: [Double]
    /// How the backward solve of each trajectory ended, `[B]`.
    public internal(set) var outcomes: [Outcome]
    /// What it cost, `[B]`.
    public internal(set) var statistics: [SolveStatistics]
}

extension BatchSolver where Field: DifferentiableVectorField {
    /// The gradient by the continuous adjoint: the augmented system (y, a, ∂L/∂θ) solved backward in time.
    ///
    /// a' = −(∂f/∂y)ᵀ a runs from each trajectory's end to its start and takes up the cotangents of the outputs on its
    /// way, where y is set to the output that the solution holds. Memory does not grow with the number of steps. The
    /// result approximates the derivative of the exact solution, not that of the computed one: it agrees with
    /// ``pullback(_:stateCotangents:finalStateCotangents:)`` as tolerances go to zero. The time derivatives are
    /// ∂L/∂tᵢ = āᵢ · f(tᵢ, z(tᵢ)) and ∂L/∂t₀ = −a(t₀) · f(t₀, z(t₀)).
    ///
    /// Source: R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, "Neural ordinary differential equations",
    /// NeurIPS 2018, arXiv:1806.07366, appendix B and C.
    ///
    /// - Parameters:
    ///   - solution: what this solver returned for `batch`.
    ///   - stateCotangents: those of ``BatchSolution/states``, `[T][D]`; ignored where the output was not reached.
    ///   - finalStateCotangents: those of ``BatchSolution/finalStates``, `[B][D]`; nil is zero.
    ///   - norm: what the error control of the backward solve sees.
    ///   - tolerances: those of the backward solve, for state and adjoint alike; nil takes the solver's.
    public func continuousAdjoint(
        _ batch: TrajectoryBatch<Field.Scalar>, solution: BatchSolution<Field.Scalar>,
        stateCotangents: [Field.Scalar], finalStateCotangents: [Field.Scalar]? = nil, norm: AdjointNorm,
        tolerances: Tolerances? = nil
    ) throws(SolveError) -> AdjointGradients<Field.Scalar> {
        _ = try engine().validate(batch)
        try requireErrorEstimate()
        try requireCount("state cotangents", solution.states.count, stateCotangents.count)
        try requireCount("states", batch.evaluationTimes.count * field.dimension, solution.states.count)
        try requireCount("final states", batch.count * field.dimension, solution.finalStates.count)
        if let finalStateCotangents {
            try requireCount("final state cotangents", solution.finalStates.count, finalStateCotangents.count)
        }
        var sweep = AdjointSweep(
            solver: self, batch: batch, solution: solution, stateCotangents: stateCotangents,
            finalStateCotangents: finalStateCotangents)
        while true {
            let legs = sweep.nextLegs()
            if legs.isEmpty { break }
            switch norm {
            case .seminorm: try sweep.runSeminorm(legs, tolerances ?? self.tolerances)
            case .full: try sweep.runFull(legs, tolerances ?? self.tolerances)
            }
        }
        return sweep.finish()
    }

    private func requireCount(_ what: String, _ expected: Int, _ actual: Int) throws(SolveError) {
        guard expected == actual else { throw .shapeMismatch(what: what, expected: expected, actual: actual) }
    }
}
