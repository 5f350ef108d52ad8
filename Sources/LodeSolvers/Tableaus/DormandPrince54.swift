extension RungeKuttaMethod {
    /// Dormand–Prince 5(4): order 5, seven stages (six evaluations a step), dense output of order 4.
    ///
    /// Source: J. R. Dormand, P. J. Prince, "A family of embedded Runge–Kutta formulae", J. Comput. Appl. Math. 6(1),
    /// 1980, doi:10.1016/0771-050X(80)90013-3. Dense output: the code DOPRI5 of E. Hairer, S. P. Nørsett, G. Wanner,
    /// "Solving Ordinary Differential Equations I", 2nd ed., 1993.
    public static let dormandPrince54: RungeKuttaMethod = {
        let tableau = ButcherTableau(
            order: 5, embeddedOrder: 4,
            nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
            coefficients: [
                [],
                [1 / 5],
                [3 / 40, 9 / 40],
                [44 / 45, -56 / 15, 32 / 9],
                [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
                [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
                [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
            ],
            weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
            embeddedWeights: [5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40])
        let quartic: [Double] = [
            -12_715_105_075 / 11_282_082_432, 0, 87_487_479_700 / 32_700_410_799, -10_690_763_975 / 1_880_347_072,
            701_980_252_875 / 199_316_789_632, -1_453_857_185 / 822_651_844, 69_997_945 / 29_380_423,
        ]
        return RungeKuttaMethod(
            name: "dormandPrince54", tableau: tableau, interpolant: .hermite(tableau, order: 4, tail: [quartic]))
    }()
}
