public import LodeNumerics
public import LodeSolvers

/// dy/dt = W₂ᵀ tanh(W₁ᵀ (y, sin t) + b₁) + b₂: a small differentiable field that depends on time.
///
/// D components, H hidden units. Parameters, in order: W₁ `[D + 1][H]`, b₁ `[H]`, W₂ `[H][D]`, b₂ `[D]`.
public struct PerceptronField<Scalar: KernelScalar>: DifferentiableVectorField {
    /// D.
    public let dimension: Int
    /// H.
    public let hidden: Int
    /// All weights, in the order above.
    public let parameters: [Scalar]
    private let kernels: Kernels<Scalar>
    private let sine: @Sendable (Double) -> Double
    private let cosine: @Sendable (Double) -> Double

    /// A field from its parameters.
    public init(
        dimension: Int, hidden: Int, parameters: [Scalar], kernels: Kernels<Scalar>,
        sine: @escaping @Sendable (Double) -> Double, cosine: @escaping @Sendable (Double) -> Double
    ) {
        precondition(parameters.count == Self.parameterCount(dimension: dimension, hidden: hidden))
        self.dimension = dimension
        self.hidden = hidden
        self.parameters = parameters
        self.kernels = kernels
        self.sine = sine
        self.cosine = cosine
    }

    /// How many parameters there are.
    public static func parameterCount(dimension: Int, hidden: Int) -> Int {
        (dimension + 1) * hidden + hidden + hidden * dimension + dimension
    }

    /// How many parameters there are.
    public var parameterCount: Int { parameters.count }

    /// Scratch of one thread, and what one evaluation keeps.
    public final class Scratch {
        let input: AlignedBuffer<Scalar>
        let hidden: AlignedBuffer<Scalar>
        let inputCotangent: AlignedBuffer<Scalar>
        let hiddenCotangent: AlignedBuffer<Scalar>
        let sums: AlignedBuffer<Scalar>

        init(dimension: Int, hidden: Int) {
            let width = Kernels<Scalar>.lanesPerBlock
            input = AlignedBuffer(count: (dimension + 1) * width)
            self.hidden = AlignedBuffer(count: hidden * width)
            inputCotangent = AlignedBuffer(count: (dimension + 1) * width)
            hiddenCotangent = AlignedBuffer(count: hidden * width)
            sums = AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: max(hidden, dimension)))
        }
    }

    /// As the protocol says.
    public func makeWorkspace() -> Scratch { Scratch(dimension: dimension, hidden: hidden) }

    /// As the protocol says.
    public func makeTape() -> Scratch { Scratch(dimension: dimension, hidden: hidden) }

    /// As the protocol says.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Scratch
    ) {
        evaluate(derivative, at: points, recordingTo: workspace, workspace: workspace)
    }

    /// As the protocol says.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, recordingTo tape: Scratch,
        workspace: Scratch
    ) {
        let lanes = points.lanes
        tape.input.pointer.update(from: points.states, count: dimension * lanes)
        for lane in 0..<lanes { tape.input.pointer[dimension * lanes + lane] = Scalar(sine(points.times[lane])) }
        parameters.withUnsafeBufferPointer { buffer in
            guard let weights = buffer.baseAddress else { return }
            let second = weights + (dimension + 2) * hidden
            kernels.dense(
                tape.hidden.pointer, input: tape.input.pointer, weights: weights,
                bias: weights + (dimension + 1) * hidden, inputs: dimension + 1, outputs: hidden, lanes: lanes,
                activation: .tanh)
            kernels.dense(
                derivative, input: tape.hidden.pointer, weights: second, bias: second + hidden * dimension,
                inputs: hidden, outputs: dimension, lanes: lanes, activation: .identity)
        }
    }

    /// As the protocol says.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Scratch,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Scratch
    ) {
        let lanes = points.lanes
        let hiddenCotangent = workspace.hiddenCotangent.pointer
        let inputCotangent = workspace.inputCotangent.pointer
        parameters.withUnsafeBufferPointer { buffer in
            guard let weights = buffer.baseAddress else { return }
            let second = (dimension + 2) * hidden
            kernels.densePullbackParameters(
                weights: parameterCotangent + second, bias: parameterCotangent + second + hidden * dimension,
                input: tape.hidden.pointer, cotangent: cotangent, inputs: hidden, outputs: dimension,
                scratch: workspace.sums.pointer)
            kernels.densePullbackInput(
                hiddenCotangent, cotangent: cotangent, weights: weights + second, inputs: hidden, outputs: dimension,
                accumulate: false)
            kernels.activatePullback(
                hiddenCotangent, cotangent: hiddenCotangent, preactivation: nil, value: tape.hidden.pointer,
                count: hidden * lanes, .tanh)
            kernels.densePullbackParameters(
                weights: parameterCotangent, bias: parameterCotangent + (dimension + 1) * hidden,
                input: tape.input.pointer, cotangent: hiddenCotangent, inputs: dimension + 1, outputs: hidden,
                scratch: workspace.sums.pointer)
            kernels.densePullbackInput(
                inputCotangent, cotangent: hiddenCotangent, weights: weights, inputs: dimension + 1, outputs: hidden,
                accumulate: false)
        }
        stateCotangent.update(from: inputCotangent, count: dimension * lanes)
        guard let timeCotangent else { return }
        for lane in 0..<lanes {
            timeCotangent[lane] = Double(inputCotangent[dimension * lanes + lane]) * cosine(points.times[lane])
        }
    }
}

extension PerceptronField {
    /// Reproducible weights, uniform within ±`scale` / √fan-in.
    public static func random(
        dimension: Int, hidden: Int, scale: Double, seed: UInt64, kernels: Kernels<Scalar>,
        sine: @escaping @Sendable (Double) -> Double, cosine: @escaping @Sendable (Double) -> Double
    ) -> PerceptronField {
        let random = CounterRandom(seed: seed, stream: 1)
        let split = (dimension + 2) * hidden
        let parameters = (0..<parameterCount(dimension: dimension, hidden: hidden)).map { index in
            let fan = Double(index < split ? dimension + 1 : hidden)
            return Scalar((2 * random.uniform(UInt64(index)) - 1) * scale / fan.squareRoot())
        }
        return PerceptronField(
            dimension: dimension, hidden: hidden, parameters: parameters, kernels: kernels, sine: sine,
            cosine: cosine)
    }
}
