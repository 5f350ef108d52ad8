public import LodeNetworks
public import LodeNumerics
internal import LodeSolvers

/// What lies between the downsampling of a ``ConvolutionalClassifier`` and its head.
public enum FeatureLayers: Sendable, Hashable {
    /// Residual blocks, x + f(x), each with parameters of its own: a ResNet.
    case residual(blocks: Int)
    /// One vector field over [0, 1], by so many classic Runge–Kutta steps that gradients go back through: an RK-Net.
    case fixedSteps(Int)
    /// The same field by steps of Dormand and Prince's method, each image with its own, with the continuous adjoint for
    /// gradients: an ODE-Net. The tolerance is relative and absolute, forward and backward.
    case adaptive(tolerance: Double)

    /// Whether a field is solved.
    public var isDifferentialEquation: Bool {
        switch self {
        case .residual: false
        case .fixedSteps, .adaptive: true
        }
    }
}

/// Convolutions that halve images twice, feature layers, a linear head: the networks of section 3 of the paper of 2018.
///
/// Downsampling: 3 × 3, norm, ReLU, 4 × 4 by steps of 2, norm, ReLU, 4 × 4 by steps of 2. A residual block: norm, ReLU, 3 × 3,
/// norm, ReLU, 3 × 3. The field: norm, ReLU, 3 × 3 over the features and the time, twice, and a norm. The head: norm, ReLU, mean
/// over places, dense. Sizes, norms and initial values are those of the authors' published example, `odenet_mnist.py` of
/// torchdiffeq.
///
/// Source: R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, "Neural ordinary differential equations", NeurIPS 2018,
/// arXiv:1806.07366.
public struct ConvolutionalClassifier<Scalar: KernelScalar>: ImageClassifier {
    /// The feature layers.
    public let features: FeatureLayers
    /// How many classes there are.
    public let classes: Int
    /// The parameters.
    public let layout: ParameterLayout
    /// Called at each evaluation of a field and after each residual block, for who measures what lives meanwhile.
    public var onEvaluation: (@Sendable () -> Void)?

    let stem: ImageNetwork
    let blocks: [ImageNetwork]
    let field: ImageNetwork?
    let head: ImageNetwork
    let stemRange: Range<Int>
    let blockRanges: [Range<Int>]
    let fieldRange: Range<Int>
    let headRange: Range<Int>
    let dense: (weights: ParameterSlice, bias: ParameterSlice)
    let kernels: Kernels<Scalar>

    /// A classifier of one-channel images.
    ///
    /// - Parameters:
    ///   - channels: of all convolutions' outputs; 64 in the paper.
    ///   - groups: of all norms; 32 in the paper.
    public init(
        height: Int, width: Int, classes: Int, channels: Int, groups: Int, features: FeatureLayers,
        kernels: Kernels<Scalar>
    ) {
        self.features = features
        self.classes = classes
        self.kernels = kernels
        var layout = ParameterLayout()
        var stem = ImageNetwork(channels: 1, height: height, width: width)
        stem.convolve(outputs: channels, kernel: 3)
        for _ in 0..<2 {
            stem.normalize(groups: groups, activation: .relu)
            stem.convolve(outputs: channels, kernel: 4, stride: 2, padding: 1)
        }
        let empty = ImageNetwork(channels: channels, height: stem.height, width: stem.width)
        var block = empty
        for _ in 0..<2 {
            block.normalize(groups: groups, activation: .relu)
            block.convolve(outputs: channels, kernel: 3, padding: 1, hasBias: false)
        }
        var field = empty
        for _ in 0..<2 {
            field.normalize(groups: groups, activation: .relu, appendsTime: true)
            field.convolve(outputs: channels, kernel: 3, padding: 1)
        }
        field.normalize(groups: groups, activation: .identity)
        var head = empty
        head.normalize(groups: groups, activation: .relu)

        stemRange = layout.append(stem.layout, prefix: "downsampling")
        if case .residual(let count) = features {
            blocks = Array(repeating: block, count: count)
            blockRanges = (0..<count).map { layout.append(block.layout, prefix: "blocks.\($0)") }
            self.field = nil
            fieldRange = 0..<0
        } else {
            blocks = []
            blockRanges = []
            self.field = field
            fieldRange = layout.append(field.layout, prefix: "field")
        }
        headRange = layout.append(head.layout, prefix: "head")
        let initializer = Initializer.fanIn(channels)
        dense = (
            layout.add("head.dense.weights", shape: [channels, classes], initializer),
            layout.add("head.dense.bias", shape: [classes], initializer)
        )
        self.stem = stem
        self.head = head
        self.layout = layout
    }

    private init(_ other: Self, features: FeatureLayers) {
        self.features = features
        classes = other.classes
        layout = other.layout
        onEvaluation = other.onEvaluation
        stem = other.stem
        blocks = other.blocks
        field = other.field
        head = other.head
        stemRange = other.stemRange
        blockRanges = other.blockRanges
        fieldRange = other.fieldRange
        headRange = other.headRange
        dense = other.dense
        kernels = other.kernels
    }

    /// The same field solved in another way, with the same parameters: trained at one tolerance, asked at another.
    public func solved(_ features: FeatureLayers) -> Self {
        precondition(
            self.features.isDifferentialEquation && features.isDifferentialEquation,
            "\(self.features) cannot be solved by \(features)")
        return Self(self, features: features)
    }

    /// Values of a feature image.
    public var featureCount: Int { stem.outputCount }

    func solver(
        _ field: ImageNetwork, parameters: ParameterVector<Scalar>, pool: ThreadPool
    ) -> BatchSolver<ImageField<Scalar>> {
        let field = ImageField(
            network: field, parameters: parameters, range: fieldRange, kernels: kernels, onEvaluation: onEvaluation)
        switch features {
        case .adaptive(let tolerance):
            return BatchSolver(
                field: field, method: .dormandPrince54, controller: .integral,
                tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: kernels, pool: pool,
                maxSteps: Self.mostSteps)
        case .fixedSteps(let count):
            // A constant step asks for no tolerance; the solver wants one that is valid.
            return BatchSolver(
                field: field, method: .rungeKutta4, controller: .constant(1 / Double(count)),
                tolerances: Tolerances(relative: 1, absolute: 1), kernels: kernels, pool: pool,
                maxSteps: 2 * count + Self.mostSteps)
        case .residual: preconditionFailure("residual blocks have no solver")
        }
    }

    /// Far above what a field of tame norms needs; a solve that meets it is stuck.
    private static var mostSteps: Int { 1_000 }
}
