/// What latent dynamics read beside the latent state, and how fast they may go.
public struct DynamicsConfiguration: Sendable, Hashable, Codable {
    /// A limit to each component of dz/dt, of the form b · tanh(f / b).
    ///
    /// A latent state that moves by at most b for each unit of model time cannot run away, however far a forecast
    /// reaches; close to zero the network's own value is left as it is.
    public enum DerivativeBound: Sendable, Hashable, Codable {
        /// None.
        case none
        /// The same for all components, in latent units for each unit of model time; positive.
        case fixed(Double)
        /// One for each component, learnt from a common start.
        case learned(initial: Double)
    }

    /// Model time divided by this is an input of the dynamics; nil makes them autonomous.
    public var timeScale: Double?
    /// The limit of the derivative.
    public var bound: DerivativeBound
    /// How each known input is read between its knots, `[U]`; empty for dynamics without inputs.
    public var controls: [ControlInterpolation]

    /// Dynamics; autonomous, without limit or inputs unless said otherwise.
    public init(timeScale: Double? = nil, bound: DerivativeBound = .none, controls: [ControlInterpolation] = []) {
        self.timeScale = timeScale
        self.bound = bound
        self.controls = controls
    }

    /// Whether dynamics with these numbers can be made.
    public var isSound: Bool {
        let numbers: [Double] =
            switch bound {
            case .none: [timeScale ?? 1]
            case .fixed(let value): [timeScale ?? 1, value]
            case .learned(let value): [timeScale ?? 1, value]
            }
        return numbers.allSatisfy { $0 > 0 && $0.isFinite }
    }
}
