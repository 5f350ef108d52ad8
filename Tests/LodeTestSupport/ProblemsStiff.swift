public import LodeNumerics
public import LodeSolvers

/// A stiff problem with its Jacobian, given lane by lane in Double: clarity before speed.
public struct StiffProblem: JacobianField, CustomStringConvertible {
    /// Its name.
    public let name: String
    /// y at time 0.
    public let initialState: [Double]
    /// Where the solution is asked for.
    public let endTime: Double
    private let formula: @Sendable ([Double]) -> [Double]
    private let derivative: @Sendable ([Double]) -> [[Double]]

    /// The name.
    public var description: String { name }
    /// D.
    public var dimension: Int { initialState.count }

    init(
        _ name: String, _ initialState: [Double], end: Double,
        _ formula: @escaping @Sendable ([Double]) -> [Double],
        jacobian: @escaping @Sendable ([Double]) -> [[Double]]
    ) {
        self.name = name
        self.initialState = initialState
        endTime = end
        self.formula = formula
        derivative = jacobian
    }

    private func state(_ points: LanePoints<Double>, _ lane: Int) -> [Double] {
        (0..<dimension).map { points.states[$0 * points.lanes + lane] }
    }

    /// As the protocol says.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Double>, at points: LanePoints<Double>, workspace: Void
    ) {
        for lane in 0..<points.lanes {
            for (component, value) in formula(state(points, lane)).enumerated() {
                derivative[component * points.lanes + lane] = value
            }
        }
    }

    /// As the protocol says; no problem here depends on time.
    public func jacobian(
        _ matrix: UnsafeMutablePointer<Double>, timeDerivative: UnsafeMutablePointer<Double>,
        at points: LanePoints<Double>, workspace: Void
    ) {
        for lane in 0..<points.lanes {
            for (i, row) in derivative(state(points, lane)).enumerated() {
                timeDerivative[i * points.lanes + lane] = 0
                for (j, value) in row.enumerated() { matrix[(i * dimension + j) * points.lanes + lane] = value }
            }
        }
    }
}

extension StiffProblem {
    /// All of them.
    public static let all = [robertson, vanDerPol1000, hires]

    /// Robertson's three reactions with rates from 0.04 to 3·10⁷.
    ///
    /// Source: H. H. Robertson, "The solution of a set of reaction rate equations", 1966; E. Hairer, G. Wanner,
    /// "Solving Ordinary Differential Equations II", 2nd ed., 1996, section IV.1.
    public static let robertson = StiffProblem("robertson", [1, 0, 0], end: 40) { y in
        let a = 0.04 * y[0]
        let b = 1e4 * y[1] * y[2]
        let c = 3e7 * y[1] * y[1]
        return [-a + b, a - b - c, c]
    } jacobian: { y in
        [
            [-0.04, 1e4 * y[2], 1e4 * y[1]],
            [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]],
            [0, 6e7 * y[1], 0],
        ]
    }

    /// Van der Pol's oscillator with μ = 1000 over a little more than a period.
    ///
    /// Source: F. Mazzia, C. Magherini, "Test set for initial value problem solvers", release 2.4, 2008.
    public static let vanDerPol1000 = StiffProblem("vanDerPol1000", [2, 0], end: 2000) { y in
        [y[1], 1000 * (1 - y[0] * y[0]) * y[1] - y[0]]
    } jacobian: { y in
        [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] * y[0])]]
    }

    /// HIRES: the high irradiance response of a plant, eight reactions.
    ///
    /// Source: E. Schäfer, J. Math. Biol. 2, 1975; F. Mazzia, C. Magherini, "Test set for initial value problem solvers",
    /// release 2.4, 2008.
    public static let hires = StiffProblem("hires", [1, 0, 0, 0, 0, 0, 0, 0.0057], end: 321.8122) { y in
        let bound = 280 * y[5] * y[7]
        return [
            -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
            1.71 * y[0] - 8.75 * y[1],
            -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
            8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
            -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
            -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
            bound - 1.81 * y[6],
            -bound + 1.81 * y[6],
        ]
    } jacobian: { y in
        let a = 280 * y[7]
        let b = 280 * y[5]
        return [
            [-1.71, 0.43, 8.32, 0, 0, 0, 0, 0],
            [1.71, -8.75, 0, 0, 0, 0, 0, 0],
            [0, 0, -10.03, 0.43, 0.035, 0, 0, 0],
            [0, 8.32, 1.71, -1.12, 0, 0, 0, 0],
            [0, 0, 0, 0, -1.745, 0.43, 0.43, 0],
            [0, 0, 0, 0.69, 1.71, -0.43 - a, 0.69, -b],
            [0, 0, 0, 0, 0, a, -1.81, b],
            [0, 0, 0, 0, 0, -a, 1.81, -b],
        ]
    }
}
