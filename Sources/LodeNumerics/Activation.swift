public import CLodeKernels

/// An elementwise function between layers.
public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    /// x
    case identity
    /// tanh(x)
    case tanh
    /// 1 / (1 + exp(-x))
    case sigmoid
    /// log(1 + exp(x))
    case softplus
    /// max(x, 0)
    case relu
    /// x / (1 + exp(-x))
    case silu

    /// Whether the derivative needs the argument itself, not only the value.
    public var needsPreactivation: Bool { self == .silu }

    @usableFromInline var code: lode_activation {
        switch self {
        case .identity: LODE_IDENTITY
        case .tanh: LODE_TANH
        case .sigmoid: LODE_SIGMOID
        case .softplus: LODE_SOFTPLUS
        case .relu: LODE_RELU
        case .silu: LODE_SILU
        }
    }
}
