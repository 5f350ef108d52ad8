extension RungeKuttaMethod {
    /// Bogacki–Shampine 3(2): order 3, four stages (three evaluations a step), cubic Hermite dense output of order 3.
    ///
    /// Source: P. Bogacki, L. F. Shampine, "A 3(2) pair of Runge–Kutta formulas", Appl. Math. Lett. 2(4), 1989,
    /// doi:10.1016/0893-9659(89)90079-7.
    public static let bogackiShampine32 = RungeKuttaMethod(
        name: "bogackiShampine32",
        tableau: ButcherTableau(
            order: 3, embeddedOrder: 2,
            nodes: [0, 1 / 2, 3 / 4, 1],
            coefficients: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
            weights: [2 / 9, 1 / 3, 4 / 9, 0],
            embeddedWeights: [7 / 24, 1 / 4, 1 / 3, 1 / 8]))
}
