extension LatentODE {
    /// The sizes, choices and tolerances of a model; they are stored with its weights.
    public struct Configuration: Sendable, Hashable {
        /// C, the channels.
        public var channels: Int
        /// L, the latent components.
        public var latentDimension: Int
        /// Hidden units of the encoder.
        public var encoderHidden: Int
        /// What a recurrent encoder's hidden state does between observations.
        public var encoderTransition: HiddenTransition
        /// How the encoder reads a series.
        public var encoder = EncoderKind.recurrent
        /// Which observation a recurrent encoder reads first.
        public var encoderOrder = ReadingOrder.latestFirst
        /// Widths of the hidden layers of the dynamics.
        public var dynamicsHidden: [Int]
        /// What the dynamics read beside the latent state, and how fast they may go.
        public var dynamics = DynamicsConfiguration()
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
        /// What each channel's values are taken to be, `[C]`.
        public var families: [ObservationFamily]
        /// Whether noise is one number for each channel or decoded at each point.
        public var noise = NoiseModel.channel
        /// The rate of observation times, decoded from the latent state; nil where times are taken as given.
        public var intensity: IntensityConfiguration?
        /// What is read from the latent state about the series as a whole; nil for nothing.
        public var head: HeadConfiguration?
        /// What samples of the posterior pass through; nil for a Gaussian posterior.
        public var posteriorFlow: PosteriorFlowConfiguration?

        /// A configuration of Gaussian channels; everything else is set after it.
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
            families = Array(repeating: .gaussian, count: channels)
        }
    }
}

extension LatentODE.Configuration: Codable {
    private enum CodingKeys: String, CodingKey {
        case channels, latentDimension, encoderHidden, encoderTransition, dynamicsHidden, decoderHidden, covariates
        case relativeTolerance, absoluteTolerance, maxSteps
        case families, noise, intensity, head, encoder, encoderOrder, dynamics, posteriorFlow
    }

    /// Reads a configuration; what older versions did not write has the value that they implied.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            channels: try container.decode(Int.self, forKey: .channels),
            latentDimension: try container.decode(Int.self, forKey: .latentDimension),
            encoderHidden: try container.decode(Int.self, forKey: .encoderHidden),
            encoderTransition: try container.decode(HiddenTransition.self, forKey: .encoderTransition),
            dynamicsHidden: try container.decode([Int].self, forKey: .dynamicsHidden),
            decoderHidden: try container.decode([Int].self, forKey: .decoderHidden),
            covariates: try container.decode(Int.self, forKey: .covariates),
            relativeTolerance: try container.decode(Double.self, forKey: .relativeTolerance),
            absoluteTolerance: try container.decode(Double.self, forKey: .absoluteTolerance),
            maxSteps: try container.decode(Int.self, forKey: .maxSteps))
        families = try container.decodeIfPresent([ObservationFamily].self, forKey: .families) ?? families
        noise = try container.decodeIfPresent(NoiseModel.self, forKey: .noise) ?? noise
        intensity = try container.decodeIfPresent(IntensityConfiguration.self, forKey: .intensity)
        head = try container.decodeIfPresent(HeadConfiguration.self, forKey: .head)
        encoder = try container.decodeIfPresent(EncoderKind.self, forKey: .encoder) ?? encoder
        encoderOrder = try container.decodeIfPresent(ReadingOrder.self, forKey: .encoderOrder) ?? encoderOrder
        dynamics = try container.decodeIfPresent(DynamicsConfiguration.self, forKey: .dynamics) ?? dynamics
        posteriorFlow = try container.decodeIfPresent(PosteriorFlowConfiguration.self, forKey: .posteriorFlow)
    }
}
