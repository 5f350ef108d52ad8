extension RungeKuttaMethod {
    /// Tsitouras 5(4): order 5, seven stages (six evaluations a step), dense output of order 4.
    ///
    /// Source, method and dense output: Ch. Tsitouras, "Runge–Kutta pairs of order 5(4) satisfying only the first
    /// column simplifying assumption", Comput. Math. Appl. 62(2), 2011, doi:10.1016/j.camwa.2011.06.002.
    public static let tsitouras54 = RungeKuttaMethod(
        name: "tsitouras54",
        tableau: ButcherTableau(
            order: 5, embeddedOrder: 4,
            nodes: [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1],
            coefficients: [
                [],
                [0.161],
                [-0.008480655492356989, 0.335480655492357],
                [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
                [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
                [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
                [
                    0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081,
                    2.324710524099774,
                ],
            ],
            weights: [
                0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081,
                2.324710524099774, 0,
            ],
            errorWeights: [
                0.00178001105222577714, 0.0008164344596567469, -0.007880878010261995, 0.1447110071732629,
                -0.5823571654525552, 0.45808210592918697, -1 / 66,
            ]),
        interpolant: Interpolant(
            order: 4,
            weights: [
                quarticWithRoots(
                    -1.0530884977290216, linear: 1.3299890189751412, 1.4364028541716351, 0.7139816917074209),
                quadraticTimesSquare(0.1017, 2.1966568338249754, 1.2949852507374631),
                quadraticTimesSquare(2.490627285651252793, 2.38535645472061657, 1.57803468208092486),
                rootsTimesSquare(-16.54810288924490272, 1.21712927295533244, 0.61620406037800089),
                rootsTimesSquare(47.37952196281928122, 1.203071208372362603, 0.658047292653547382),
                rootsTimesSquare(-34.87065786149660974, 1.2, 0.666666666666666667),
                rootsTimesSquare(2.5, 1, 0.6),
            ]))

    // The forms the paper prints its polynomials in, expanded to the factors of θ … θ⁴.

    /// Expands factor · θ (θ − root)(θ² − p θ + q).
    private static func quarticWithRoots(_ factor: Double, linear root: Double, _ p: Double, _ q: Double) -> [Double] {
        [-factor * root * q, factor * (q + root * p), -factor * (p + root), factor]
    }

    /// Expands factor · θ² (θ² − p θ + q).
    private static func quadraticTimesSquare(_ factor: Double, _ p: Double, _ q: Double) -> [Double] {
        [0, factor * q, -factor * p, factor]
    }

    /// Expands factor · θ² (θ − r)(θ − s).
    private static func rootsTimesSquare(_ factor: Double, _ r: Double, _ s: Double) -> [Double] {
        quadraticTimesSquare(factor, r + s, r * s)
    }
}
