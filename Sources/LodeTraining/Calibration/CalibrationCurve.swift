internal import Foundation

/// How calibration factors change with something: the horizon, or how much was observed.
///
/// Straight between the positions, constant before the first one; beyond the last one the factors grow by a power law.
public struct CalibrationCurve: Sendable, Hashable, Codable {
    /// Ascending; empty where the factors do not change.
    public var positions: [Double]
    /// At each position the factor of each of ``Calibration/levels``, `[positions][levels]`.
    public var factors: [[Double]]
    /// γ ≥ 0: beyond the last position p the factors there are multiplied by (x / p)^γ.
    public var growth: Double

    /// A curve.
    public init(positions: [Double], factors: [[Double]], growth: Double) {
        self.positions = positions
        self.factors = factors
        self.growth = growth
    }

    /// Factors of 1 everywhere.
    public static let flat = CalibrationCurve(positions: [], factors: [], growth: 0)

    /// The factor of each level at `x`; nil stands for farther than anything.
    func factors(at x: Double?) -> [Double] {
        guard let last = positions.last, let end = factors.last else { return Calibration.levels.map { _ in 1 } }
        guard let x else { return end }
        if x >= last {
            let growth = last > 0 ? pow(x / last, growth) : 1
            return end.map { $0 * growth }
        }
        guard let next = positions.firstIndex(where: { $0 > x }), next > 0 else { return factors[0] }
        let share = (x - positions[next - 1]) / (positions[next] - positions[next - 1])
        return zip(factors[next - 1], factors[next]).map { $0 + share * ($1 - $0) }
    }
}
