extension RungeKuttaMethod {
    /// The 3/8 rule: order 4, four stages, no error estimate, cubic Hermite dense output of order 3.
    ///
    /// Source: W. Kutta, "Beitrag zur näherungsweisen Integration totaler Differentialgleichungen", Z. Math. Phys. 46,
    /// 1901.
    public static let threeEighths = RungeKuttaMethod(
        name: "threeEighths",
        tableau: ButcherTableau(
            order: 4,
            nodes: [0, 1 / 3, 2 / 3, 1],
            coefficients: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]],
            weights: [1 / 8, 3 / 8, 3 / 8, 1 / 8]))
}
