/// What the solve of one trajectory cost.
public struct SolveStatistics: Sendable, Hashable {
    /// Steps that count.
    public var acceptedSteps: Int
    /// Steps tried and thrown away.
    public var rejectedSteps: Int
    /// Evaluations of the vector field in the solve.
    public var vectorFieldEvaluations: Int

    /// All counts; zero by default.
    public init(acceptedSteps: Int = 0, rejectedSteps: Int = 0, vectorFieldEvaluations: Int = 0) {
        self.acceptedSteps = acceptedSteps
        self.rejectedSteps = rejectedSteps
        self.vectorFieldEvaluations = vectorFieldEvaluations
    }
}
