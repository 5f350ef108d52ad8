/// A price for latent trajectories that move more than they need to.
///
/// Trajectories that are straight and slow take fewer steps to solve and stay in bounds beyond the training horizon.
/// C. Finlay, J.-H. Jacobsen, L. Nurbekyan, A. Oberman, "How to train your neural ODE: the world of Jacobian and
/// kinetic regularization", ICML 2020, arXiv:2002.02798.
public struct PathPenalty: Sendable, Hashable, Codable {
    /// What is priced, averaged over the trajectories of a minibatch.
    public enum Measure: String, Sendable, Hashable, Codable, CaseIterable {
        /// ∫ ‖dz/dt‖² / L dt: fast stretches cost most.
        case kineticEnergy
        /// ∫ ‖dz/dt‖ / √L dt: how fast is all the same.
        case length
    }

    /// What is priced.
    public var measure: Measure
    /// What a unit of it costs, in nats for each observed value; not negative.
    public var weight: Double

    /// A penalty.
    public init(measure: Measure, weight: Double) {
        self.measure = measure
        self.weight = weight
    }

    /// The measure's density and its slope with respect to ‖dz/dt‖² / L.
    func density(_ square: Double) -> (value: Double, slope: Double) {
        switch measure {
        case .kineticEnergy: (square, 1)
        case .length: roundedLength(square)
        }
    }

    /// √square, rounded off at the origin, where a length has no slope.
    private func roundedLength(_ square: Double) -> (value: Double, slope: Double) {
        let root = (square + Self.rest * Self.rest).squareRoot()
        return (root - Self.rest, 0.5 / root)
    }

    /// A speed that is as good as none, in latent units for each unit of model time.
    private static let rest = 1e-3
}
