public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// Autonomous latent dynamics: dz/dt = network(z).
public struct PerceptronField<Scalar: KernelScalar>: DifferentiableVectorField {
    /// Maps L rows to L rows.
    public let network: MultilayerPerceptron
    private let kernels: Kernels<Scalar>
    private let parameters: ParameterVector<Scalar>
    private let range: Range<Int>

    /// The field of `network`, whose parameters are those of `parameters` in `range`.
    ///
    /// The parameters must not change while a solve or its pullback runs.
    public init(
        network: MultilayerPerceptron, parameters: ParameterVector<Scalar>, range: Range<Int>,
        kernels: Kernels<Scalar>
    ) {
        precondition(network.inputs == network.outputs, "\(network.inputs) to \(network.outputs) is not a field")
        precondition(range.count == network.layout.count, "\(range.count) parameters for \(network.layout.count)")
        self.network = network
        self.parameters = parameters
        self.range = range
        self.kernels = kernels
    }

    /// L, the latent components.
    public var dimension: Int { network.inputs }

    /// The length of the network's layout.
    public var parameterCount: Int { range.count }

    private var pointer: UnsafePointer<Scalar> { UnsafePointer(parameters.pointer + range.lowerBound) }

    /// Scratch of the network.
    public func makeWorkspace() -> MultilayerPerceptron.Workspace<Scalar> {
        MultilayerPerceptron.Workspace(network)
    }

    /// The activations of the network.
    public func makeTape() -> MultilayerPerceptron.Tape<Scalar> {
        MultilayerPerceptron.Tape(network)
    }

    /// derivative = network(states).
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        workspace: MultilayerPerceptron.Workspace<Scalar>
    ) {
        network.evaluate(
            derivative, input: points.states, parameters: pointer, lanes: points.lanes, kernels: kernels,
            workspace: workspace)
    }

    /// derivative = network(states), with its activations kept.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        recordingTo tape: MultilayerPerceptron.Tape<Scalar>, workspace: MultilayerPerceptron.Workspace<Scalar>
    ) {
        network.record(tape, input: points.states, parameters: pointer, kernels: kernels)
        derivative.update(from: tape.output, count: dimension * Kernels<Scalar>.lanesPerBlock)
    }

    /// The network's vector-Jacobian product; the field does not depend on time.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: MultilayerPerceptron.Tape<Scalar>,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: MultilayerPerceptron.Workspace<Scalar>
    ) {
        network.pullback(
            cotangent, input: points.states, tape: tape, inputCotangent: stateCotangent, parameters: pointer,
            gradient: parameterCotangent, kernels: kernels, workspace: workspace)
        timeCotangent?.update(repeating: 0, count: Kernels<Scalar>.lanesPerBlock)
    }
}
