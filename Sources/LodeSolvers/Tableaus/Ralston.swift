extension RungeKuttaMethod {
    /// Ralston's method with Euler's embedded, 2(1): order 2, two stages, the least bound on its truncation error.
    ///
    /// Cubic Hermite dense output. Source: A. Ralston, "Runge–Kutta methods with minimum error bounds", Math. Comp. 16,
    /// 1962, doi:10.1090/S0025-5718-1962-0150954-0.
    public static let ralston = RungeKuttaMethod(
        name: "ralston",
        tableau: ButcherTableau(
            order: 2, embeddedOrder: 1,
            nodes: [0, 2 / 3],
            coefficients: [[], [2 / 3]],
            weights: [1 / 4, 3 / 4],
            embeddedWeights: [1, 0]))
}
