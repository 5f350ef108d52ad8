public import LodeNetworks
internal import LodeNumerics

/// The architecture of latent dynamics dz/dt = b ⊙ tanh(network(z, t, u(t)) / b), where t, u and b are by choice.
///
/// Legend: L latent components, U known inputs. The network reads, in rows: L components, the scaled time, U inputs.
public struct LatentDynamics: Sendable, Hashable {
    /// L, the latent components.
    public let latent: Int
    /// What is read, and how fast the state may move.
    public let form: DynamicsConfiguration
    /// The network's parameters, then `bound.log` [L] where the bound is learnt.
    public let layout: ParameterLayout

    let network: MultilayerPerceptron
    let bound: ParameterSlice?

    /// Dynamics of L components with hidden layers of the given widths.
    public init(latent: Int, hidden: [Int], form: DynamicsConfiguration) {
        if let scale = form.timeScale { precondition(scale > 0 && scale.isFinite, "a time scale of \(scale)") }
        self.latent = latent
        self.form = form
        let inputs = latent + (form.timeScale == nil ? 0 : 1) + form.controls.count
        network = MultilayerPerceptron(widths: [inputs] + hidden + [latent], activation: .tanh)
        var layout = network.layout
        switch form.bound {
        case .none:
            bound = nil
        case .fixed(let value):
            precondition(value > 0 && value.isFinite, "a bound of \(value)")
            bound = nil
        case .learned(let initial):
            precondition(initial > 0 && initial.isFinite, "a bound that starts at \(initial)")
            bound = layout.add("bound.log", shape: [latent], .constant(Self.logarithm(initial)))
        }
        self.layout = layout
    }

    /// Whether the network reads more than the state.
    var readsMore: Bool { network.inputs > latent }
}
