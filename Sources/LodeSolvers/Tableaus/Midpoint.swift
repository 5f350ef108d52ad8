extension RungeKuttaMethod {
    /// The explicit midpoint rule: order 2, two stages, no error estimate, cubic Hermite dense output.
    ///
    /// Source: C. Runge, "Über die numerische Auflösung von Differentialgleichungen", Math. Ann. 46, 1895,
    /// doi:10.1007/BF01446807.
    public static let midpoint = RungeKuttaMethod(
        name: "midpoint",
        tableau: ButcherTableau(
            order: 2,
            nodes: [0, 1 / 2],
            coefficients: [[], [1 / 2]],
            weights: [0, 1]))
}
