public import LodeSolvers

/// A field whose state carries the change of log-density along: (z, ℓ, c).
///
/// dz/dt = f(z, t, c), dℓ/dt = −tr ∂f/∂z, dc/dt = 0: the instantaneous change of variables of R. T. Q. Chen, Y. Rubanova,
/// J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, theorem 1. What a flow is conditioned on is part of the
/// state, so that its cotangent comes out of every solve's pullback.
///
/// Legend: D components of z, K of c; a state is `[D + 1 + K]`, z first, then ℓ.
public protocol FlowField<Scalar>: DifferentiableVectorField {
    /// D.
    var spaceDimension: Int { get }
    /// K.
    var contextDimension: Int { get }
}

extension FlowField {
    /// D + 1 + K.
    public var dimension: Int { spaceDimension + 1 + contextDimension }
}
