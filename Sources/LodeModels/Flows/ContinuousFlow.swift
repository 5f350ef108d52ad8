internal import Foundation
internal import LodeNumerics
public import LodeSolvers

/// A continuous normalizing flow: standard normal points at `startTime`, carried by a field to `endTime`.
///
/// A point's log-density changes by ℓ on the way. Backward costs what forward does.
///
/// Legend: B points of D components, K components of what each is conditioned on.
public struct ContinuousFlow<Field: FlowField>: Sendable {
    /// The element type of points.
    public typealias Scalar = Field.Scalar

    /// The field with its method and tolerances.
    public var solver: BatchSolver<Field>
    /// Where points are standard normal.
    public var startTime: Double
    /// Where they are what is modelled.
    public var endTime: Double

    /// A flow over [`startTime`, `endTime`].
    public init(solver: BatchSolver<Field>, startTime: Double, endTime: Double) {
        self.solver = solver
        self.startTime = startTime
        self.endTime = endTime
    }

    private var space: Int { solver.field.spaceDimension }

    /// Points that were carried along, and what that did to their log-densities.
    public struct Transport: Sendable {
        /// Where the points are now, `[B][D]`.
        public let points: [Scalar]
        /// By how much the log-density of each has changed, `[B]`: −∫ tr ∂f/∂z dt in the direction they went.
        public let logDensityChanges: [Double]
        /// How each solve ended, `[B]`; what is not `completed` says nothing.
        public let outcomes: [Outcome]
        /// What each solve cost, `[B]`.
        public let statistics: [SolveStatistics]
    }

    /// Carries points from one time to another.
    ///
    /// - Parameters:
    ///   - points: `[B][D]`.
    ///   - context: what each is conditioned on, `[B][K]`.
    /// - Throws: ``SolveError`` for shapes and times that cannot be.
    public func transport(
        _ points: [Scalar], context: [Scalar] = [], from start: Double, to end: Double
    ) throws(SolveError) -> Transport {
        transport(try solver.solve(batch(points, context: context, from: start, to: end)))
    }

    /// Points of the base distribution carried to the end.
    public func push(_ base: [Scalar], context: [Scalar] = []) throws(SolveError) -> Transport {
        try transport(base, context: context, from: startTime, to: endTime)
    }

    /// The states of points at several times between the start and the end, `[B][T][D]`, and how each solve ended.
    public func paths(
        _ base: [Scalar], context: [Scalar] = [], times: [Double]
    ) throws(SolveError) -> (points: [Scalar], outcomes: [Outcome]) {
        var batch = batch(base, context: context, from: startTime, to: endTime)
        batch.evaluationTimes = (0..<batch.count).flatMap { _ in times }
        batch.evaluationOffsets = (0...batch.count).map { $0 * times.count }
        let solution = try solver.solve(batch)
        return (firstComponents(solution.states), solution.outcomes)
    }

    /// The log-density of points at a time, `[B]`; NaN where the solve to the base did not finish.
    public func logDensities(
        of points: [Scalar], context: [Scalar] = [], at time: Double
    ) throws(SolveError) -> [Double] {
        let base = try transport(points, context: context, from: time, to: startTime)
        return base.outcomes.indices.map { index in
            guard base.outcomes[index] == .completed else { return .nan }
            return Self.standardNormal(base.points[index * space..<(index + 1) * space])
                + base.logDensityChanges[index] * (time == startTime ? 0 : -1)
        }
    }

    /// The log-density of the standard normal distribution.
    public static func standardNormal(_ point: ArraySlice<Scalar>) -> Double {
        point.reduce(0) { $0 - 0.5 * (Double($1) * Double($1) + log(2 * .pi)) }
    }

    // MARK: - States

    func batch(
        _ points: [Scalar], context: [Scalar], from start: Double, to end: Double
    ) -> TrajectoryBatch<Scalar> {
        let facts = solver.field.contextDimension
        let count = points.count / space
        precondition(
            points.count == count * space && context.count == count * facts,
            "\(points.count) numbers of points, \(context.count) of context for \(space) and \(facts) components")
        var states: [Scalar] = []
        states.reserveCapacity(count * solver.field.dimension)
        for index in 0..<count {
            states += points[index * space..<(index + 1) * space]
            states.append(0)
            states += context[index * facts..<(index + 1) * facts]
        }
        return TrajectoryBatch(initialStates: states, count: count, startTime: start, endTime: end)
    }

    func transport(_ solution: BatchSolution<Scalar>) -> Transport {
        let dimension = solver.field.dimension
        return Transport(
            points: firstComponents(solution.finalStates),
            logDensityChanges: solution.outcomes.indices.map {
                Double(solution.finalStates[$0 * dimension + space])
            }, outcomes: solution.outcomes, statistics: solution.statistics)
    }

    private func firstComponents(_ states: [Scalar]) -> [Scalar] {
        let dimension = solver.field.dimension
        var points: [Scalar] = []
        points.reserveCapacity(states.count / dimension * space)
        for row in stride(from: 0, to: states.count, by: dimension) { points += states[row..<row + space] }
        return points
    }
}
