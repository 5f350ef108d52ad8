/// How a Runge–Kutta step is continued between its ends: y(t + θh) = y + h Σ_j Σ_p weights[j][p − 1] θᵖ k_j.
///
/// The stages are those of the tableau; f at the end of the step where the method is not first-same-as-last; and extra
/// stages that only steps with output evaluate. Every interpolant is continuous from step to step. The derivative of
/// dense output is one order worse than its value.
public struct Interpolant: Sendable, Hashable {
    /// The order of the value inside the step: its error is O(h^(order + 1)) for an exact start.
    public let order: Int
    /// For each stage the factors of θ, θ², …, all rows of one length.
    public let weights: [[Double]]
    /// c of the extra stages.
    public let extraNodes: [Double]
    /// a of the extra stages: each row over all stages before it.
    public let extraCoefficients: [[Double]]

    /// The degree of the polynomial in θ.
    public var degree: Int { weights.first?.count ?? 0 }

    /// An interpolant from its weights; traps where their shapes do not fit together.
    public init(
        order: Int, weights: [[Double]], extraNodes: [Double] = [], extraCoefficients: [[Double]] = []
    ) {
        precondition(weights.allSatisfy { $0.count == weights[0].count }, "an interpolant of ragged weights")
        precondition(extraNodes.count == extraCoefficients.count, "\(extraNodes.count) nodes of extra stages")
        for (index, row) in extraCoefficients.enumerated() {
            let before = weights.count - extraNodes.count + index
            precondition(row.count == before, "extra stage \(index) has \(row.count) coefficients, not \(before)")
            let sum = row.reduce(0, +)
            precondition(abs(sum - extraNodes[index]) < 1e-14, "extra stage \(index) does not sum to its node")
        }
        self.order = order
        self.weights = weights
        self.extraNodes = extraNodes
        self.extraCoefficients = extraCoefficients
    }

    /// The cubic through both ends with their slopes, for any tableau, plus terms that vanish at both ends with their
    /// slopes: tail[i] weighs the stages in the factor of θ²(1 − θ)², θ³(1 − θ)², θ³(1 − θ)³, θ⁴(1 − θ)³.
    ///
    /// Source: E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I", 2nd ed., 1993,
    /// section II.6.
    static func hermite(
        _ tableau: ButcherTableau, order: Int = 3, tail: [[Double]] = [], extraNodes: [Double] = [],
        extraCoefficients: [[Double]] = []
    ) -> Interpolant {
        let last = tableau.isFirstSameAsLast ? tableau.stageCount - 1 : tableau.stageCount
        let stages = last + 1 + extraNodes.count
        let basis = Self.nestedBasis(count: 3 + tail.count)
        let weights = (0..<stages).map { stage in
            let b = stage < tableau.stageCount ? tableau.weights[stage] : 0
            let first: Double = stage == 0 ? 1 : 0
            let end: Double = stage == last ? 1 : 0
            // With Δ = y' − y: Δ, h k_0 − Δ, 2Δ − h (k_0 + k_last), and the tail.
            let factors = [b, first - b, 2 * b - first - end] + tail.map { $0[stage] }
            var powers = Array(repeating: 0.0, count: basis.count)
            for (factor, polynomial) in zip(factors, basis) {
                for power in 0..<basis.count { powers[power] += factor * polynomial[power] }
            }
            return powers
        }
        return Interpolant(
            order: order, weights: weights, extraNodes: extraNodes, extraCoefficients: extraCoefficients)
    }

    // θ, θ(1 − θ), θ²(1 − θ), θ²(1 − θ)², …: each the one before, times 1 − θ and θ in turn; powers from θ on.
    private static func nestedBasis(count: Int) -> [[Double]] {
        var polynomial = Array(repeating: 0.0, count: count)
        polynomial[0] = 1
        var basis = [polynomial]
        for index in 1..<count {
            let shifted = [0] + polynomial.dropLast()
            polynomial = index % 2 == 1 ? zip(polynomial, shifted).map { $0 - $1 } : shifted
            basis.append(polynomial)
        }
        return basis
    }
}
