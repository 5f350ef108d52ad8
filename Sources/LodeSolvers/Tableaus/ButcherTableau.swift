/// The coefficients of an explicit Runge–Kutta method, checked when they are put together.
///
/// k_i = f(t + c_i h, y + h Σ_{j<i} a_ij k_j), y' = y + h Σ b_i k_i, error estimate h Σ (b_i − b̂_i) k_i.
///
/// Source: J. C. Butcher, "Numerical Methods for Ordinary Differential Equations", 3rd ed., 2016, section 23.
public struct ButcherTableau: Sendable, Hashable {
    /// The order of the result.
    public let order: Int
    /// The order of the embedded result that the error estimate compares with; nil without an estimate.
    public let embeddedOrder: Int?
    /// c, one a stage.
    public let nodes: [Double]
    /// a: row i holds the coefficients of stages 0 ..< i.
    public let coefficients: [[Double]]
    /// b, one a stage.
    public let weights: [Double]
    /// b − b̂, one a stage; nil without an estimate.
    public let errorWeights: [Double]?
    /// A second, coarser estimate e₃ that damps the first, as in DOP853: e = e₅² / √(e₅² + e₃² / 100).
    public let secondErrorWeights: [Double]?

    /// How many stages a step has.
    public var stageCount: Int { weights.count }

    /// Whether the last stage is f at the end of the step, so that it serves as the next step's first.
    public var isFirstSameAsLast: Bool {
        guard let last = coefficients.last, stageCount > 1 else { return false }
        return weights.last == 0 && nodes.last == 1 && last == Array(weights.dropLast())
    }

    /// A method from its coefficients; traps where they contradict each other.
    ///
    /// Checked: the shapes; c_i = Σ a_ij; Σ b = Σ b̂ = 1; Σ b_i c_i = 1/2 from order 2 on. Convergence tests check
    /// the declared order itself.
    public init(
        order: Int, embeddedOrder: Int? = nil, nodes: [Double], coefficients: [[Double]], weights: [Double],
        embeddedWeights: [Double]? = nil
    ) {
        self.init(
            order: order, embeddedOrder: embeddedOrder, nodes: nodes, coefficients: coefficients, weights: weights,
            errorWeights: embeddedWeights.map { zip(weights, $0).map { $0 - $1 } })
        precondition(embeddedWeights.map { $0.count == weights.count } ?? true, "embedded weights of another length")
    }

    /// As the other initializer, from b − b̂ as some sources print it.
    public init(
        order: Int, embeddedOrder: Int?, nodes: [Double], coefficients: [[Double]], weights: [Double],
        errorWeights: [Double]?, secondErrorWeights: [Double]? = nil
    ) {
        let stages = weights.count
        precondition(stages >= 1 && order >= 1, "a method of \(stages) stages and order \(order)")
        precondition(nodes.count == stages && coefficients.count == stages, "\(stages) weights, \(nodes.count) nodes")
        precondition((embeddedOrder == nil) == (errorWeights == nil), "an embedded order needs embedded weights")
        for (stage, row) in coefficients.enumerated() {
            precondition(row.count == stage, "row \(stage) has \(row.count) coefficients")
            precondition(Self.agree(row.reduce(0, +), nodes[stage], row), "row \(stage) does not sum to its node")
        }
        precondition(Self.agree(weights.reduce(0, +), 1, weights), "the weights do not sum to 1")
        if order >= 2 {
            let products = zip(weights, nodes).map { $0 * $1 }
            precondition(Self.agree(products.reduce(0, +), 0.5, products), "the weights are not of order 2")
        }
        for errorWeights in [errorWeights, secondErrorWeights].compactMap({ $0 }) {
            precondition(errorWeights.count == stages, "\(errorWeights.count) error weights")
            precondition(Self.agree(errorWeights.reduce(0, +), 0, errorWeights), "the error weights do not sum to 0")
        }
        self.order = order
        self.embeddedOrder = embeddedOrder
        self.nodes = nodes
        self.coefficients = coefficients
        self.weights = weights
        self.errorWeights = errorWeights
        self.secondErrorWeights = secondErrorWeights
    }

    // Published digits are rounded to about 16 places: the bound is a few units in the last place of the largest term.
    private static func agree(_ value: Double, _ expected: Double, _ terms: [Double]) -> Bool {
        let scale = terms.reduce(abs(expected)) { max($0, abs($1)) }
        return abs(value - expected) <= 16 * Double(max(terms.count, 1)) * scale.ulp
    }
}
