/// Nodes and weights of an integral over a span: the Gauss–Legendre rule with four nodes in each of equal panels.
///
/// Exact for polynomials of degree 7 in each panel; M. Abramowitz, I. A. Stegun, 1964, table 25.4.
package struct Quadrature: Sendable, Hashable {
    /// Where the integrand is evaluated, ascending.
    package var nodes: [Double]
    /// What each value weighs; they sum to the span's length.
    package var weights: [Double]

    /// The rule on `span` in `panels` panels.
    package init(over span: ClosedRange<Double>, panels: Int) {
        nodes = []
        weights = []
        let half = 0.5 * (span.upperBound - span.lowerBound) / Double(panels)
        for panel in 0..<panels {
            let centre = span.lowerBound + half * Double(2 * panel + 1)
            for (node, weight) in zip(Self.nodes, Self.weights) {
                nodes.append(centre + half * node)
                weights.append(half * weight)
            }
        }
    }

    private static let nodes = [
        -0.861_136_311_594_052_6, -0.339_981_043_584_856_3, 0.339_981_043_584_856_3, 0.861_136_311_594_052_6,
    ]
    private static let weights = [
        0.347_854_845_137_453_8, 0.652_145_154_862_546_1, 0.652_145_154_862_546_1, 0.347_854_845_137_453_8,
    ]
}
