internal import Foundation

/// Student's t distribution with location 0 and scale 1, by table.
///
/// The table holds F and dF/da at equal steps of a = asinh x; between them F by cubic Hermite interpolation, to 10⁻⁹.
/// Beyond the table the incomplete beta function is evaluated.
public struct StandardStudentT: Sendable {
    /// ν, positive: the smaller, the heavier the tails; the variance is finite above 2, the mean above 1.
    public let degreesOfFreedom: Double

    private static let pointsPerUnit = 64.0
    /// asinh of 10 000: the table's end.
    private static let reach = 9.9

    private let logNormalizer: Double
    /// F, then dF/da / 64, for each point.
    private let values: [Double]

    /// A distribution; making its table takes about a millisecond.
    public init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
        let normalizer =
            logGamma(0.5 * (degreesOfFreedom + 1)) - logGamma(0.5 * degreesOfFreedom)
            - 0.5 * log(degreesOfFreedom * .pi)
        logNormalizer = normalizer
        let count = Int(2 * Self.reach * Self.pointsPerUnit) + 2
        values = (0..<count).flatMap { index in
            let a = Double(index) / Self.pointsPerUnit - Self.reach
            let x = sinh(a)
            let density = exp(Self.logDensity(x, degreesOfFreedom: degreesOfFreedom, normalizer: normalizer))
            return [
                Self.cumulative(x, degreesOfFreedom: degreesOfFreedom), density * cosh(a) / Self.pointsPerUnit,
            ]
        }
    }

    /// The logarithm of the density.
    func logDensity(_ x: Double) -> Double {
        Self.logDensity(x, degreesOfFreedom: degreesOfFreedom, normalizer: logNormalizer)
    }

    /// F(x) by the incomplete beta function: I(ν / (ν + x²); ν/2, 1/2) is the mass of both tails.
    static func cumulative(_ x: Double, degreesOfFreedom: Double) -> Double {
        let share = degreesOfFreedom / (degreesOfFreedom + x * x)
        let tails = IncompleteBeta.regularized(share, a: 0.5 * degreesOfFreedom, b: 0.5)
        return x < 0 ? 0.5 * tails : 1 - 0.5 * tails
    }

    private static func logDensity(_ x: Double, degreesOfFreedom: Double, normalizer: Double) -> Double {
        normalizer - 0.5 * (degreesOfFreedom + 1) * log1p(x * x / degreesOfFreedom)
    }

    /// F(x) and its density.
    @inline(__always)
    func lookUp(_ x: Double) -> (cumulative: Double, density: Double) {
        let root = (1 + x * x).squareRoot()
        let magnitude = log(abs(x) + root)
        guard magnitude < Self.reach else {
            return (Self.cumulative(x, degreesOfFreedom: degreesOfFreedom), exp(logDensity(x)))
        }
        let position = ((x < 0 ? -magnitude : magnitude) + Self.reach) * Self.pointsPerUnit
        let index = Int(position)
        let t = position - Double(index)
        return values.withUnsafeBufferPointer { values in
            let low = values[2 * index]
            let lowSlope = values[2 * index + 1]
            let rise = values[2 * index + 2] - low
            let curve = lowSlope + values[2 * index + 3] - 2 * rise
            let bend = rise - lowSlope - curve
            return (
                low + t * (lowSlope + t * (bend + t * curve)),
                (lowSlope + t * (2 * bend + t * 3 * curve)) * Self.pointsPerUnit / root
            )
        }
    }

    /// The value that a share `probability`, in (0, 1), lies below.
    func quantile(_ probability: Double) -> Double {
        let tail = min(probability, 1 - probability)
        var low = 0.0
        var high = 1.0
        // Mass beyond x, by the exact function: a doubling bracket, then bisection and Newton's method.
        func tailMass(_ x: Double) -> Double { Self.cumulative(-x, degreesOfFreedom: degreesOfFreedom) }
        while tailMass(high) > tail, high < 1e300 { (low, high) = (high, 2 * high) }
        var x = 0.5 * (low + high)
        for _ in 0..<200 {
            let excess = tailMass(x) - tail
            if excess > 0 { low = x } else { high = x }
            let next = x + excess / exp(logDensity(x))
            let candidate = next > low && next < high ? next : 0.5 * (low + high)
            if abs(candidate - x) <= 1e-14 * abs(x) || candidate == x { break }
            x = candidate
        }
        return probability < 0.5 ? -x : x
    }
}

extension StandardStudentT: Hashable {
    /// Whether both have the same degrees of freedom: the rest follows from them.
    public static func == (left: StandardStudentT, right: StandardStudentT) -> Bool {
        left.degreesOfFreedom == right.degreesOfFreedom
    }

    /// Hashes the degrees of freedom.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(degreesOfFreedom)
    }
}
