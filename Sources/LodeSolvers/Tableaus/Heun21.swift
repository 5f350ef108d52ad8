extension RungeKuttaMethod {
    /// Heun's method with Euler's embedded, 2(1): order 2, two stages, cubic Hermite dense output.
    ///
    /// Source: K. Heun, "Neue Methoden zur approximativen Integration der Differentialgleichungen einer unabhängigen
    /// Veränderlichen", Z. Math. Phys. 45, 1900.
    public static let heun21 = RungeKuttaMethod(
        name: "heun21",
        tableau: ButcherTableau(
            order: 2, embeddedOrder: 1,
            nodes: [0, 1],
            coefficients: [[], [1]],
            weights: [1 / 2, 1 / 2],
            embeddedWeights: [1, 0]))
}
