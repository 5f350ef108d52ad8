import Foundation

/// An initial value problem of a published set.
public struct ReferenceProblem: Sendable, CustomStringConvertible {
    /// Its name in the set.
    public let name: String
    /// y at time 0.
    public let initialState: [Double]
    /// Where the set asks for the solution.
    public let endTime: Double
    /// f.
    public let formula: @Sendable (Double, [Double]) -> [Double]

    /// The name.
    public var description: String { name }

    init(
        _ name: String, _ initialState: [Double], end: Double = 20,
        _ formula: @escaping @Sendable (Double, [Double]) -> [Double]
    ) {
        self.name = name
        self.initialState = initialState
        endTime = end
        self.formula = formula
    }
}

/// The nonstiff problems A1 to E5 on [0, 20].
///
/// Source: T. E. Hull, W. H. Enright, B. M. Fellen, A. E. Sedgwick, "Comparing numerical methods for ordinary
/// differential equations", SIAM J. Numer. Anal. 9(4), 1972, doi:10.1137/0709052.
public enum DetestProblems {
    /// All twenty-five.
    public static let all = single + small + moderate + orbits + second

    /// Class A: single equations.
    static let single = [
        ReferenceProblem("A1", [1]) { _, y in [-y[0]] },
        ReferenceProblem("A2", [1]) { _, y in [-y[0] * y[0] * y[0] / 2] },
        ReferenceProblem("A3", [1]) { t, y in [y[0] * cos(t)] },
        ReferenceProblem("A4", [1]) { _, y in [y[0] / 4 * (1 - y[0] / 20)] },
        ReferenceProblem("A5", [4]) { t, y in [(y[0] - t) / (y[0] + t)] },
    ]

    /// Class B: small systems.
    static let small = [
        ReferenceProblem("B1", [1, 3]) { _, y in [2 * (y[0] - y[0] * y[1]), -(y[1] - y[0] * y[1])] },
        ReferenceProblem("B2", [2, 0, 1]) { _, y in [-y[0] + y[1], y[0] - 2 * y[1] + y[2], y[1] - y[2]] },
        ReferenceProblem("B3", [1, 0, 0]) { _, y in [-y[0], y[0] - y[1] * y[1], y[1] * y[1]] },
        ReferenceProblem("B4", [3, 0, 0]) { _, y in
            let r = (y[0] * y[0] + y[1] * y[1]).squareRoot()
            return [-y[1] - y[0] * y[2] / r, y[0] - y[1] * y[2] / r, y[0] / r]
        },
        ReferenceProblem("B5", [0, 1, 1]) { _, y in [y[1] * y[2], -y[0] * y[2], -0.51 * y[0] * y[1]] },
    ]

    /// Class C: moderate systems.
    static let moderate = [
        ReferenceProblem("C1", unit(10)) { _, y in chain(y) { _ in 1 } },
        ReferenceProblem("C2", unit(10)) { _, y in chain(y) { Double($0) } },
        ReferenceProblem("C3", unit(10)) { _, y in secondDifferences(y) },
        ReferenceProblem("C4", unit(51)) { _, y in secondDifferences(y) },
        ReferenceProblem("C5", OuterPlanets.initialState) { _, y in OuterPlanets.derivative(y) },
    ]

    /// Class D: two bodies, with eccentricities 0.1 to 0.9.
    static let orbits = [0.1, 0.3, 0.5, 0.7, 0.9].enumerated().map { index, e in
        ReferenceProblem("D\(index + 1)", [1 - e, 0, 0, ((1 + e) / (1 - e)).squareRoot()]) { _, y in
            let square = y[0] * y[0] + y[1] * y[1]
            let cube = square * square.squareRoot()
            return [y[2], y[3], -y[0] / cube, -y[1] / cube]
        }
    }

    /// Class E: equations of second order.
    static let second = [
        ReferenceProblem("E1", [0.6713967071418030, 0.09540051444747446]) { t, y in
            [y[1], -(y[1] / (t + 1) + (1 - 0.25 / ((t + 1) * (t + 1))) * y[0])]
        },
        ReferenceProblem("E2", [2, 0]) { _, y in [y[1], (1 - y[0] * y[0]) * y[1] - y[0]] },
        ReferenceProblem("E3", [0, 0]) { t, y in
            [y[1], y[0] * y[0] * y[0] / 6 - y[0] + 2 * sin(2.78535 * t)]
        },
        ReferenceProblem("E4", [30, 0]) { _, y in [y[1], 0.032 - 0.4 * y[1] * y[1]] },
        ReferenceProblem("E5", [0, 0]) { t, y in [y[1], (1 + y[1] * y[1]).squareRoot() / (25 - t)] },
    ]

    private static func unit(_ count: Int) -> [Double] { [1] + Array(repeating: 0, count: count - 1) }

    /// A radioactive decay chain: rate(i) of substance i, counted from 1; the last one is stable.
    private static func chain(_ y: [Double], rate: (Int) -> Double) -> [Double] {
        y.indices.map { i in
            (i > 0 ? rate(i) * y[i - 1] : 0) - (i < y.count - 1 ? rate(i + 1) * y[i] : 0)
        }
    }

    private static func secondDifferences(_ y: [Double]) -> [Double] {
        y.indices.map { i in (i > 0 ? y[i - 1] : 0) - 2 * y[i] + (i < y.count - 1 ? y[i + 1] : 0) }
    }
}

/// Problem C5: the five outer planets around the sun.
private enum OuterPlanets {
    static let masses = [
        1.00000597682, 0.000954786104043, 0.000285583733151, 0.0000437273164546, 0.0000517759138449,
        0.00000277777777778,
    ]

    static let initialState = [
        3.42947415189, 3.35386959711, 1.35494901715, 6.64145542550, 5.97156957878, 2.18231499728, 11.2630437207,
        14.6952576794, 6.27960525067, -30.1552268759, 1.65699966404, 1.43785752721, -21.1238353380, 28.4465098142,
        15.3882659679, -0.557160570446, 0.505696783289, 0.230578543901, -0.415570776342, 0.365682722812,
        0.169143213293, -0.325325669158, 0.189706021964, 0.0877265322780, -0.0240476254170, -0.287659532608,
        -0.117219543175, -0.176860753121, -0.216393453025, -0.0148647893090,
    ]

    static func derivative(_ y: [Double]) -> [Double] {
        let positions = (0..<5).map { SIMD3<Double>(y[3 * $0], y[3 * $0 + 1], y[3 * $0 + 2]) }
        let cubes = positions.map(cube)
        var result = Array(y[15..<30])
        for j in 0..<5 {
            let own: Double = -(masses[0] + masses[j + 1]) / cubes[j]
            var sum: SIMD3<Double> = own * positions[j]
            for k in 0..<5 where k != j {
                let gap: SIMD3<Double> = positions[k] - positions[j]
                let near: Double = masses[k + 1] / cube(gap)
                let far: Double = masses[k + 1] / cubes[k]
                sum += near * gap
                sum -= far * positions[k]
            }
            for axis in 0..<3 { result.append(2.95912208286 * sum[axis]) }
        }
        return result
    }

    private static func cube(_ v: SIMD3<Double>) -> Double {
        let square = (v * v).sum()
        return square * square.squareRoot()
    }
}
