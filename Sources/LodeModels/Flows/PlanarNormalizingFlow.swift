public import LodeNetworks
internal import LodeNumerics

/// A planar normalizing flow: L layers z' = z + û tanh(w · z + b), each invertible.
///
/// û = u + (m(w · u) − w · u) w / ‖w‖² with m(x) = softplus(x) − 1, so that w · û > −1. A layer changes the log-density by
/// −log(1 + (1 − tanh²) w · û). D. J. Rezende, S. Mohamed, ICML 2015, arXiv:1505.05770, section 4.1 and appendix A.1.
///
/// Legend: D components, L layers, B points. In both directions the layers run on what is given: by
/// ``FlowModel/divergence(from:base:noise:parameters:gradient:kernels:pool:)`` from the base to the target, by
/// ``FlowModel/negativeLogDensity(of:noise:parameters:gradient:kernels:pool:)`` from data to the base, for their inverse has
/// no closed form.
public struct PlanarNormalizingFlow: Sendable, Hashable {
    /// D.
    public let space: Int
    /// L.
    public let layers: Int
    /// `w` and `u`, `[L][D]`, and `b`, `[L]`.
    public let layout: ParameterLayout

    let weights: ParameterSlice
    let outs: ParameterSlice
    let biases: ParameterSlice

    /// A flow of L layers.
    public init(space: Int, layers: Int) {
        precondition(space >= 1 && layers >= 1, "\(layers) layers of \(space) components")
        self.space = space
        self.layers = layers
        var layout = ParameterLayout()
        weights = layout.add("w", shape: [layers, space], .uniform(bound: 1))
        // Small steps at first: the identity is in reach of every layer.
        outs = layout.add("u", shape: [layers, space], .uniform(bound: 0.1))
        biases = layout.add("b", shape: [layers], .uniform(bound: 1))
        self.layout = layout
    }
}
