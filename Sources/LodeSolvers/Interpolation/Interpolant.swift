/// How a Runge–Kutta step is continued between its ends: y(t + θh) = y + h Σ_j Σ_p weights[j][p − 1] θᵖ k_j.
///
/// The stages are those of the tableau and, where the method is not first-same-as-last, f at the end of the step as
/// one more. Every interpolant is continuous from step to step. The derivative of dense output is one order worse than
/// its value.
public struct Interpolant: Sendable, Hashable {
    /// The order of the value inside the step: its error is O(h^(order + 1)) for an exact start.
    public let order: Int
    /// For each stage the factors of θ, θ², …, all rows of one length.
    public let weights: [[Double]]

    /// The degree of the polynomial in θ.
    public var degree: Int { weights.first?.count ?? 0 }

    /// An interpolant from its weights; traps where rows differ in length.
    public init(order: Int, weights: [[Double]]) {
        precondition(weights.allSatisfy { $0.count == weights[0].count }, "an interpolant of ragged weights")
        self.order = order
        self.weights = weights
    }

    /// The cubic through both ends with their slopes, for any tableau, plus `quartic` · θ²(1 − θ)² where given.
    ///
    /// Source: E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I", 2nd ed., 1993,
    /// section II.6, equations 6.7 and, for the quartic term of Dormand–Prince 5(4), the code DOPRI5.
    static func hermite(_ tableau: ButcherTableau, quartic: [Double]? = nil) -> Interpolant {
        let hasLast = tableau.isFirstSameAsLast
        let stages = tableau.stageCount + (hasLast ? 0 : 1)
        let weights = (0..<stages).map { stage in
            let b = stage < tableau.stageCount ? tableau.weights[stage] : 0
            let first: Double = stage == 0 ? 1 : 0
            let last: Double = stage == stages - 1 ? 1 : 0
            let cubic = [first, 3 * b - 2 * first - last, -2 * b + first + last]
            guard let quartic else { return cubic }
            let d = quartic[stage]
            return [cubic[0], cubic[1] + d, cubic[2] - 2 * d, d]
        }
        return Interpolant(order: quartic == nil ? 3 : 4, weights: weights)
    }
}
