public import LodeNetworks
internal import LodeNumerics

/// The architecture of planar continuous flows: f(z, t, c) = 1/M Σ σ(g_m) u_m tanh(w_m · z + b_m).
///
/// All of w, u, b and g are what a network (the hypernetwork) makes of (t, c). The trace of the Jacobian is exact and
/// costs M D products. R. T. Q. Chen et al., NeurIPS 2018, arXiv:1806.07366, section 4; the 1/M is that of the authors'
/// example `examples/cnf.py` of rtqichen/torchdiffeq.
///
/// Legend: D components of z, K of the context, M hidden units. The network's outputs are, in rows: w `[D][M]`,
/// u `[D][M]`, b `[M]`, g `[M]`.
public struct PlanarDynamics: Sendable, Hashable {
    /// D.
    public let space: Int
    /// K.
    public let context: Int
    /// M.
    public let units: Int

    let network: MultilayerPerceptron

    /// A flow of D components and M units whose hypernetwork has hidden layers of the given widths.
    ///
    /// - Parameter outputGain: scales the last layer's initial weights: a small one begins near the identity.
    public init(space: Int, context: Int = 0, units: Int, hidden: [Int], outputGain: Double = 1) {
        precondition(space >= 1 && context >= 0 && units >= 1, "\(units) units, \(space) components, \(context) facts")
        self.space = space
        self.context = context
        self.units = units
        network = MultilayerPerceptron(
            widths: [1 + context] + hidden + [units * (2 * space + 2)], activation: .tanh, outputGain: outputGain)
    }

    /// The hypernetwork's parameters.
    public var layout: ParameterLayout { network.layout }
}
