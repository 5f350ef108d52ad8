extension RungeKuttaMethod {
    /// The classic method: order 4, four stages, no error estimate, cubic Hermite dense output of order 3.
    ///
    /// Source: W. Kutta, "Beitrag zur näherungsweisen Integration totaler Differentialgleichungen", Z. Math. Phys. 46,
    /// 1901.
    public static let rungeKutta4 = RungeKuttaMethod(
        name: "rungeKutta4",
        tableau: ButcherTableau(
            order: 4,
            nodes: [0, 1 / 2, 1 / 2, 1],
            coefficients: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
            weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6]))
}
