public import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

/// A latent ODE: a recurrent encoder, a Gaussian posterior of z(t₀), latent dynamics and a decoder.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, section 5.
///
/// Legend: B series, S posterior samples of each, L latent components, C channels, N target times of all series.
/// Trajectory `b * S + s` is sample s of series b. This type is the architecture; the numbers are a
/// ``ParameterVector`` of its ``layout``.
public struct LatentODE: Sendable, Hashable {
    /// The sizes and tolerances of a model; they are stored with its weights.
    public struct Configuration: Sendable, Hashable, Codable {
        /// C, the channels.
        public var channels: Int
        /// L, the latent components.
        public var latentDimension: Int
        /// Hidden units of the encoder.
        public var encoderHidden: Int
        /// What the encoder's hidden state does between observations.
        public var encoderTransition: HiddenTransition
        /// Widths of the hidden layers of the dynamics.
        public var dynamicsHidden: [Int]
        /// Widths of the hidden layers of the decoder.
        public var decoderHidden: [Int]
        /// K, the facts of a series as a whole that the encoder reads.
        public var covariates: Int
        /// Relative tolerance of the solver.
        public var relativeTolerance: Double
        /// Absolute tolerance of the solver, in units of the latent state.
        public var absoluteTolerance: Double
        /// After how many steps a trajectory is given up.
        public var maxSteps: Int

        /// A configuration.
        public init(
            channels: Int, latentDimension: Int, encoderHidden: Int, encoderTransition: HiddenTransition = .none,
            dynamicsHidden: [Int], decoderHidden: [Int], covariates: Int, relativeTolerance: Double,
            absoluteTolerance: Double, maxSteps: Int
        ) {
            self.channels = channels
            self.latentDimension = latentDimension
            self.encoderHidden = encoderHidden
            self.encoderTransition = encoderTransition
            self.dynamicsHidden = dynamicsHidden
            self.decoderHidden = decoderHidden
            self.covariates = covariates
            self.relativeTolerance = relativeTolerance
            self.absoluteTolerance = absoluteTolerance
            self.maxSteps = maxSteps
        }
    }

    /// The sizes and tolerances.
    public let configuration: Configuration
    /// All parameters: `encoder`, `dynamics`, `decoder`, `noise.log`.
    public let layout: ParameterLayout

    let encoder: RecurrentEncoder
    let dynamics: MultilayerPerceptron
    let decoder: MultilayerPerceptron
    let encoderRange: Range<Int>
    let dynamicsRange: Range<Int>
    let decoderRange: Range<Int>
    let noise: ParameterSlice

    /// The model of a configuration.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        let latent = configuration.latentDimension
        encoder = RecurrentEncoder(
            channels: configuration.channels, covariates: configuration.covariates,
            hidden: configuration.encoderHidden, latent: latent, transition: configuration.encoderTransition)
        dynamics = MultilayerPerceptron(widths: [latent] + configuration.dynamicsHidden + [latent], activation: .tanh)
        decoder = MultilayerPerceptron(
            widths: [latent] + configuration.decoderHidden + [configuration.channels], activation: .tanh)
        var layout = ParameterLayout()
        encoderRange = layout.append(encoder.layout, prefix: "encoder")
        dynamicsRange = layout.append(dynamics.layout, prefix: "dynamics")
        decoderRange = layout.append(decoder.layout, prefix: "decoder")
        // exp(-1): a third of a standard deviation, between a useless model and a good one.
        noise = layout.add("noise.log", shape: [configuration.channels], .constant(-1))
        self.layout = layout
    }

    /// The learned standard deviation of the observation noise of each channel, `[C]`, in normalised units.
    public func noiseStandardDeviations<Scalar>(_ parameters: ParameterVector<Scalar>) -> [Double] {
        (0..<configuration.channels).map {
            GaussianNoise.standardDeviation(Double(parameters.pointer[noise.offset + $0]))
        }
    }

    func solver<Scalar: KernelScalar>(
        _ parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> BatchSolver<PerceptronField<Scalar>> {
        BatchSolver(
            field: PerceptronField(network: dynamics, parameters: parameters, range: dynamicsRange, kernels: kernels),
            method: .dormandPrince54, controller: .proportionalIntegral,
            tolerances: Tolerances(
                relative: configuration.relativeTolerance, absolute: configuration.absoluteTolerance),
            kernels: kernels, pool: pool, maxSteps: configuration.maxSteps)
    }
}
