/// A density known up to a factor, p(z) ∝ exp(−U(z)), by its energy U and the slope of that.
public protocol PotentialEnergy: Sendable {
    /// D, the components of a point.
    var dimension: Int { get }

    /// U at `point`, `[D]`; writes ∂U/∂z to `slope`, `[D]`.
    func energy(at point: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>) -> Double
}
