public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// A vector field on feature images, dx/dt = network(x, t): the one block of an ODE-Net.
///
/// D components are the values of an image, `[channels][rows][columns]`.
public struct ImageField<Scalar: KernelScalar>: DifferentiableVectorField {
    /// From images to images of the same sizes.
    public let network: ImageNetwork
    private let parameters: ParameterVector<Scalar>
    private let range: Range<Int>
    private let kernels: Kernels<Scalar>
    private let onEvaluation: (@Sendable () -> Void)?

    /// A field whose parameters are the ones of `range`.
    ///
    /// - Parameter onEvaluation: called at each evaluation, for who measures what lives meanwhile.
    public init(
        network: ImageNetwork, parameters: ParameterVector<Scalar>, range: Range<Int>, kernels: Kernels<Scalar>,
        onEvaluation: (@Sendable () -> Void)? = nil
    ) {
        precondition(
            network.inputCount == network.outputCount, "a field from \(network.inputCount) to \(network.outputCount)")
        precondition(range.count == network.layout.count, "\(range.count) parameters for \(network.layout.count)")
        self.network = network
        self.parameters = parameters
        self.range = range
        self.kernels = kernels
        self.onEvaluation = onEvaluation
    }

    /// Scratch of one thread.
    public final class Workspace {
        let tape: ImageNetwork.Tape<Scalar>
        let network: ImageNetwork.Workspace<Scalar>
        let block: AlignedBuffer<Scalar>
        let times: AlignedBuffer<Double>

        init(_ network: ImageNetwork) {
            tape = ImageNetwork.Tape(network)
            self.network = ImageNetwork.Workspace(network)
            block = AlignedBuffer(count: network.inputCount * Kernels<Scalar>.lanesPerBlock)
            times = AlignedBuffer(count: Kernels<Scalar>.lanesPerBlock)
        }
    }

    /// The values of an image.
    public var dimension: Int { network.inputCount }
    /// The network's parameters.
    public var parameterCount: Int { network.layout.count }
    private var weights: UnsafeMutablePointer<Scalar> { parameters.pointer + range.lowerBound }

    /// Scratch for one thread.
    public func makeWorkspace() -> Workspace { Workspace(network) }

    /// Room for the activations of a full block.
    public func makeTape() -> ImageNetwork.Tape<Scalar> { ImageNetwork.Tape(network) }

    /// The network's output; fewer lanes cost as much as a block.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Workspace
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        guard points.lanes < lanes else {
            return evaluate(derivative, at: points, recordingTo: workspace.tape, workspace: workspace)
        }
        onEvaluation?()
        workspace.block.clear()
        workspace.times.clear()
        workspace.times.pointer.update(from: points.times, count: points.lanes)
        for row in 0..<dimension {
            (workspace.block.pointer + row * lanes).update(
                from: points.states + row * points.lanes, count: points.lanes)
        }
        network.record(
            workspace.tape, input: workspace.block.pointer, times: workspace.times.pointer, parameters: weights,
            kernels: kernels)
        for row in 0..<dimension {
            (derivative + row * points.lanes).update(
                from: workspace.tape.output + row * lanes, count: points.lanes)
        }
    }

    /// The network's output, with its activations kept.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        recordingTo tape: ImageNetwork.Tape<Scalar>, workspace: Workspace
    ) {
        onEvaluation?()
        network.record(tape, input: points.states, times: points.times, parameters: weights, kernels: kernels)
        derivative.update(from: tape.output, count: dimension * points.lanes)
    }

    /// The network's pullback.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: ImageNetwork.Tape<Scalar>,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Workspace
    ) {
        timeCotangent?.update(repeating: 0, count: points.lanes)
        network.pullback(
            cotangent, input: points.states, tape: tape, inputCotangent: stateCotangent, timeCotangent: timeCotangent,
            parameters: weights, gradient: parameterCotangent, kernels: kernels, workspace: workspace.network)
    }

    /// The same without the parameters, two thirds of the work.
    public func pullbackState(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: ImageNetwork.Tape<Scalar>,
        stateCotangent: UnsafeMutablePointer<Scalar>, scratch: UnsafeMutablePointer<Scalar>, workspace: Workspace
    ) {
        network.pullback(
            cotangent, input: points.states, tape: tape, inputCotangent: stateCotangent, parameters: weights,
            gradient: nil, kernels: kernels, workspace: workspace.network)
    }
}
