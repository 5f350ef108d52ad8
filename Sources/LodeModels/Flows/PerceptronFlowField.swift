public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// The architecture of a flow whose field is a perceptron of (z, t, c), tanh between its layers.
///
/// Without hidden layers the field is linear, and Gaussians stay Gaussians.
public struct PerceptronDynamics: Sendable, Hashable {
    /// D, the components of z.
    public let space: Int
    /// K, those of the context.
    public let context: Int
    /// How many random directions estimate the trace while it is trained; nil for the exact one.
    public let probes: Int?

    let network: MultilayerPerceptron

    /// A field of D components with hidden layers of the given widths.
    ///
    /// - Parameter outputGain: scales the last layer's initial weights: a small one begins near the identity.
    public init(space: Int, context: Int = 0, hidden: [Int], probes: Int? = nil, outputGain: Double = 1) {
        self.space = space
        self.context = context
        self.probes = probes
        network = MultilayerPerceptron(
            widths: [space + 1 + context] + hidden + [space], activation: .tanh, outputGain: outputGain)
    }

    /// The network's parameters; it reads, in rows: z, t, c.
    public var layout: ParameterLayout { network.layout }
}

/// Perceptron dynamics with their parameters, as a field of (z, ℓ, c).
///
/// Costs, beside an evaluation of the network, one of its linearisation for each direction of the trace.
public struct PerceptronFlowField<Scalar: KernelScalar>: FlowField {
    /// The architecture.
    public let dynamics: PerceptronDynamics
    private let parameters: ParameterVector<Scalar>
    private let range: Range<Int>
    private let probes: TraceProbes<Scalar>
    private let kernels: Kernels<Scalar>

    /// The field of `dynamics`, whose parameters are those of `parameters` in `range`.
    ///
    /// The parameters must not change while a solve or its pullback runs.
    public init(
        _ dynamics: PerceptronDynamics, parameters: ParameterVector<Scalar>, range: Range<Int>, trace: TraceEstimate,
        kernels: Kernels<Scalar>
    ) {
        precondition(range.count == dynamics.layout.count, "\(range.count) parameters for \(dynamics.layout.count)")
        self.dynamics = dynamics
        self.parameters = parameters
        self.range = range
        self.kernels = kernels
        probes = TraceProbes(trace, dimension: dynamics.space)
    }

    /// D.
    public var spaceDimension: Int { dynamics.space }
    /// K.
    public var contextDimension: Int { dynamics.context }
    /// The length of the dynamics' layout.
    public var parameterCount: Int { range.count }

    private var pointer: UnsafePointer<Scalar> { UnsafePointer(parameters.pointer + range.lowerBound) }

    /// Scratch of one thread.
    public final class Workspace {
        let network: MultilayerPerceptron.TangentWorkspace<Scalar>
        let tape: Tape
        let tangentCotangents: AlignedBuffer<Scalar>
        let inputCotangent: AlignedBuffer<Scalar>

        init(_ dynamics: PerceptronDynamics, directions: Int) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            network = MultilayerPerceptron.TangentWorkspace(dynamics.network, directions: directions)
            tape = Tape(dynamics, directions: directions)
            tangentCotangents = AlignedBuffer(count: directions * dynamics.space * lanes)
            inputCotangent = AlignedBuffer(count: dynamics.network.inputs * lanes)
        }
    }

    /// What one evaluation keeps.
    public final class Tape {
        let network: MultilayerPerceptron.TangentTape<Scalar>
        let inputs: AlignedBuffer<Scalar>
        let tangents: AlignedBuffer<Scalar>

        init(_ dynamics: PerceptronDynamics, directions: Int) {
            let count = dynamics.network.inputs * Kernels<Scalar>.lanesPerBlock
            network = MultilayerPerceptron.TangentTape(dynamics.network, directions: directions)
            inputs = AlignedBuffer(count: count)
            tangents = AlignedBuffer(count: directions * count)
        }
    }

    /// Scratch of the network and of one evaluation.
    public func makeWorkspace() -> Workspace { Workspace(dynamics, directions: probes.count) }

    /// The network's values and tangents.
    public func makeTape() -> Tape { Tape(dynamics, directions: probes.count) }

    /// The derivative of (z, ℓ, c).
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Workspace
    ) {
        evaluate(derivative, at: points, recordingTo: workspace.tape, workspace: workspace)
    }

    /// The same, with the network's values and tangents kept.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, recordingTo tape: Tape,
        workspace: Workspace
    ) {
        let lanes = points.lanes
        let space = dynamics.space
        let inputs = tape.inputs.pointer
        inputs.update(from: points.states, count: space * lanes)
        kernels.narrow(inputs + space * lanes, points.times, count: lanes)
        (inputs + (space + 1) * lanes)
            .update(from: points.states + (space + 1) * lanes, count: dynamics.context * lanes)
        probes.fill(
            tape.tangents.pointer, rows: dynamics.network.inputs, trajectories: points.trajectories, lanes: lanes)
        dynamics.network.record(
            tape.network, input: inputs, inputTangents: tape.tangents.pointer, lanes: lanes, parameters: pointer,
            kernels: kernels)
        derivative.update(from: tape.network.output, count: space * lanes)
        (derivative + space * lanes).update(repeating: 0, count: (1 + dynamics.context) * lanes)
        addTrace(derivative + space * lanes, tape: tape, lanes: lanes)
    }

    /// The vector-Jacobian product, of the trace too.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Workspace
    ) {
        let lanes = points.lanes
        let space = dynamics.space
        pullBackTrace(
            cotangent + space * lanes, tape: tape, into: workspace.tangentCotangents.pointer, lanes: lanes)
        let inputs = workspace.inputCotangent.pointer
        dynamics.network.pullback(
            cotangent, tangentCotangents: workspace.tangentCotangents.pointer, input: tape.inputs.pointer,
            inputTangents: tape.tangents.pointer, tape: tape.network, inputCotangent: inputs, parameters: pointer,
            gradient: parameterCotangent, kernels: kernels, workspace: workspace.network)
        // The rows of z and c, with ℓ's where the network reads the time.
        stateCotangent.update(from: inputs, count: dimension * lanes)
        (stateCotangent + space * lanes).update(repeating: 0, count: lanes)
        if let timeCotangent { kernels.widen(timeCotangent, inputs + space * lanes, count: lanes) }
    }

    /// −Σ weight · v · J v.
    @specialized(where Scalar == Float)
    private func addTrace(_ row: UnsafeMutablePointer<Scalar>, tape: Tape, lanes: Int) {
        let weight = Scalar(probes.weight)
        for direction in 0..<probes.count {
            let slopes = tape.network.outputTangents + direction * dynamics.space * lanes
            let probe = tape.tangents.pointer + direction * dynamics.network.inputs * lanes
            for component in 0..<dynamics.space {
                for lane in 0..<lanes {
                    row[lane] -= weight * probe[component * lanes + lane] * slopes[component * lanes + lane]
                }
            }
        }
    }

    @specialized(where Scalar == Float)
    private func pullBackTrace(
        _ cotangent: UnsafePointer<Scalar>, tape: Tape, into tangentCotangents: UnsafeMutablePointer<Scalar>, lanes: Int
    ) {
        let weight = Scalar(probes.weight)
        for direction in 0..<probes.count {
            let probe = tape.tangents.pointer + direction * dynamics.network.inputs * lanes
            let result = tangentCotangents + direction * dynamics.space * lanes
            for component in 0..<dynamics.space {
                for lane in 0..<lanes {
                    result[component * lanes + lane] =
                        -weight * cotangent[lane] * probe[component * lanes + lane]
                }
            }
        }
    }
}
