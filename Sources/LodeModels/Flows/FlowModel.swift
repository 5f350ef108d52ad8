public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// A loss of a minibatch of points, for each point in nats.
public struct FlowLoss: Sendable, Hashable {
    /// The mean over the points that were carried through.
    public var value: Double
    /// Points whose solve did not finish; they count for nothing.
    public var unfinished: Int
}

/// What names the random numbers of a loss.
public struct FlowNoise: Sendable, Hashable {
    /// The seed of the run.
    public var seed: UInt64
    /// The step of training.
    public var step: UInt64

    /// Names of random numbers.
    public init(seed: UInt64, step: UInt64) {
        self.seed = seed
        self.step = step
    }
}

/// A model of densities that can be trained in both ways.
///
/// Legend: B points of D components.
public protocol FlowModel: Sendable {
    /// What is trained.
    var layout: ParameterLayout { get }

    /// E_q [log q(z) + U(z)] over the model's points from `base`, standard normal, `[B][D]`, with its gradient.
    ///
    /// It is the divergence KL(q ‖ p) from the energy's density p, but for the logarithm of p's normaliser.
    func divergence(
        from target: some PotentialEnergy, base: [Float], noise: FlowNoise, parameters: ParameterVector<Float>,
        gradient: inout [Float], kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss

    /// The mean negative log-density of points, `[B][D]`, with its gradient.
    func negativeLogDensity(
        of points: [Float], noise: FlowNoise, parameters: ParameterVector<Float>, gradient: inout [Float],
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss

    /// The log-density of points, `[B]`, by what was trained.
    func logDensities(
        of points: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Double]

    /// The points that standard normal ones, `[B][D]`, become by what was trained.
    func samples(
        from base: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Float]
}

/// What a flow was trained by: the direction in which a discrete one runs.
public enum FlowObjective: Sendable, Hashable {
    /// A divergence: from the base to the target.
    case divergence
    /// The likelihood of data: from them to the base.
    case likelihood
}
