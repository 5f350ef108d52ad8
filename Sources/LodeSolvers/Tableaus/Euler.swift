extension RungeKuttaMethod {
    /// Euler's method: order 1, one stage, no error estimate, cubic Hermite dense output.
    ///
    /// Source: L. Euler, "Institutionum calculi integralis", vol. 1, 1768, section 650.
    public static let euler = RungeKuttaMethod(
        name: "euler",
        tableau: ButcherTableau(
            order: 1,
            nodes: [0],
            coefficients: [[]],
            weights: [1]))
}
