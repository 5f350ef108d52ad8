/// A Rosenbrock method: implicit stages that cost one linear solve each, without iterations.
///
/// With W = I/(hγ) − J: W U_i = f(t + α_i h, y + Σ_{j<i} a_ij U_j) + Σ_{j<i} (c_ij / h) U_j + γ_i h ∂f/∂t,
/// y' = y + Σ m_i U_i, error estimate Σ e_i U_i, and dense output
/// y(t + θh) = (1 − θ) y + θ (y' + (1 − θ)(K_1 + θ (K_2 + θ K_3))) with K_p = Σ_i h_pi U_i.
///
/// Source of the form: E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", 2nd ed., 1996, section IV.7.
public struct RosenbrockMethod: Sendable, Hashable, CustomStringConvertible {
    /// The name used in settings, such as `rodas5P`.
    public let name: String
    /// The order of the result.
    public let order: Int
    /// The order of the embedded result that the error estimate compares with.
    public let embeddedOrder: Int
    /// The order of dense output.
    public let interpolantOrder: Int
    /// γ, the diagonal.
    public let diagonal: Double
    /// α, one a stage.
    public let nodes: [Double]
    /// γ_i, one a stage: the weights of ∂f/∂t.
    public let timeWeights: [Double]
    /// a: row i holds the coefficients of stages 0 ..< i.
    public let coefficients: [[Double]]
    /// c: row i holds the coefficients of stages 0 ..< i.
    public let couplings: [[Double]]
    /// m, one a stage.
    public let weights: [Double]
    /// e, one a stage.
    public let errorWeights: [Double]
    /// h, one row for each of K_1, K_2, ….
    public let interpolantWeights: [[Double]]

    /// Stages of a step, each with one linear solve and, but for the first, one evaluation.
    public var stageCount: Int { weights.count }

    /// The name.
    public var description: String { name }

    /// A method from its coefficients; traps where their shapes do not fit together.
    public init(
        name: String, order: Int, embeddedOrder: Int, interpolantOrder: Int, diagonal: Double, nodes: [Double],
        timeWeights: [Double], coefficients: [[Double]], couplings: [[Double]], weights: [Double],
        errorWeights: [Double], interpolantWeights: [[Double]]
    ) {
        let stages = weights.count
        precondition(diagonal > 0, "a diagonal of \(diagonal)")
        precondition(
            [nodes.count, timeWeights.count, coefficients.count, couplings.count, errorWeights.count]
                .allSatisfy { $0 == stages }, "a method of \(stages) stages with arrays of other lengths")
        precondition(timeWeights[0] == diagonal && nodes[0] == 0, "the first stage is not at the start")
        for stage in 0..<stages {
            precondition(coefficients[stage].count == stage && couplings[stage].count == stage, "row \(stage)")
        }
        precondition(interpolantWeights.allSatisfy { $0.count == stages }, "dense output of another length")
        self.name = name
        self.order = order
        self.embeddedOrder = embeddedOrder
        self.interpolantOrder = interpolantOrder
        self.diagonal = diagonal
        self.nodes = nodes
        self.timeWeights = timeWeights
        self.coefficients = coefficients
        self.couplings = couplings
        self.weights = weights
        self.errorWeights = errorWeights
        self.interpolantWeights = interpolantWeights
    }
}
