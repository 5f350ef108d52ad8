internal import LodeNumerics
public import LodeSolvers

/// How the gradient of a solve is found.
public enum GradientRoute: Sendable, Hashable {
    /// The derivative of the computed solve: exact for it, with memory for every step.
    case discretizeThenOptimize
    /// The continuous adjoint, which approximates the derivative of the exact solution, with memory for none.
    case optimizeThenDiscretize(AdjointNorm)
}

extension ContinuousFlow {
    /// Points that were carried along, with what the way back needs.
    public struct RecordedTransport: Sendable {
        /// Where they are.
        public let transport: Transport
        let batch: TrajectoryBatch<Scalar>
        let record: Record

        enum Record: Sendable {
            case steps(RecordedSolution<Scalar>)
            case end(BatchSolution<Scalar>, AdjointNorm)
        }
    }

    /// The cotangents of a transport's inputs.
    public struct Cotangents: Sendable {
        /// Those of the points, `[B][D]`.
        public var points: [Scalar]
        /// Those of what they are conditioned on, `[B][K]`.
        public var context: [Scalar]
        /// Those of the field's parameters.
        public var parameters: [Scalar]
        /// Trajectories that the way back did not finish; only the continuous adjoint has any.
        public var unfinished: Int
    }

    /// As ``transport(_:context:from:to:)``, keeping what ``pullback(_:points:logDensityChanges:)`` needs.
    public func recordTransport(
        _ points: [Scalar], context: [Scalar] = [], from start: Double, to end: Double, route: GradientRoute
    ) throws(SolveError) -> RecordedTransport {
        let batch = batch(points, context: context, from: start, to: end)
        switch route {
        case .discretizeThenOptimize:
            let recorded = try solver.solveRecording(batch)
            return RecordedTransport(
                transport: transport(recorded.solution), batch: batch, record: .steps(recorded))
        case .optimizeThenDiscretize(let norm):
            let solution = try solver.solve(batch)
            return RecordedTransport(transport: transport(solution), batch: batch, record: .end(solution, norm))
        }
    }

    /// The cotangents of what a transport began with.
    ///
    /// - Parameters:
    ///   - points: the cotangents of the points that arrived, `[B][D]`; 0 for those whose solve did not finish.
    ///   - logDensityChanges: those of the changes of log-density, `[B]`.
    public func pullback(
        _ recorded: RecordedTransport, points: [Scalar], logDensityChanges: [Double]
    ) throws(SolveError) -> Cotangents {
        let field = solver.field
        let space = field.spaceDimension
        var finals: [Scalar] = []
        finals.reserveCapacity(logDensityChanges.count * field.dimension)
        for (index, change) in logDensityChanges.enumerated() {
            finals += points[index * space..<(index + 1) * space]
            finals.append(Scalar(change))
            for _ in 0..<field.contextDimension { finals.append(0) }
        }
        switch recorded.record {
        case .steps(let steps):
            let cotangents = solver.pullback(steps, stateCotangents: [], finalStateCotangents: finals)
            return split(cotangents.initialStates, parameters: cotangents.parameters, unfinished: 0)
        case .end(let solution, let norm):
            let gradients = try solver.continuousAdjoint(
                recorded.batch, solution: solution, stateCotangents: [], finalStateCotangents: finals, norm: norm)
            return split(
                gradients.initialStates, parameters: gradients.parameters,
                unfinished: gradients.outcomes.count { $0 != .completed })
        }
    }

    private func split(_ states: [Scalar], parameters: [Scalar], unfinished: Int) -> Cotangents {
        let dimension = solver.field.dimension
        let space = solver.field.spaceDimension
        var result = Cotangents(points: [], context: [], parameters: parameters, unfinished: unfinished)
        for row in stride(from: 0, to: states.count, by: dimension) {
            result.points += states[row..<row + space]
            result.context += states[row + space + 1..<row + dimension]
        }
        return result
    }
}
