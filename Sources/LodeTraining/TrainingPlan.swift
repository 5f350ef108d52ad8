public import LodeModels

/// The sizes and settings chosen for a data set, each with its reason in words.
public struct TrainingPlan: Sendable, Hashable {
    /// What a person may fix; nil leaves the choice to the plan.
    public struct Wishes: Sendable, Hashable {
        /// The most passes over the training series.
        public var maxEpochs: Int?
        /// Epochs without a better validation score before training ends.
        public var patience: Int?
        /// L, the latent components.
        public var latentDimension: Int?
        /// Width of the hidden layers.
        public var hiddenDimension: Int?
        /// The learning rate.
        public var learningRate: Double?
        /// Where the scale of the noise comes from.
        public var noise: NoiseModel?
        /// Whether the rate of observation times is learned too.
        public var learnsIntensity = false
        /// What the head reads.
        public var headSource: HeadConfiguration.Source?
        /// Posterior samples of each series in the bound.
        public var sampleCount: Int?
        /// Whether the bound is importance-weighted.
        public var isImportanceWeighted = false
        /// How often training is done from other initial weights.
        public var restarts: Int?
        /// Epochs over which targets come to reach to the end of the series.
        public var horizonGrowth: Int?
        /// How the encoder reads a series.
        public var encoder: EncoderWish?
        /// Whether the dynamics read the time.
        public var readsTime = false
        /// The limit of the latent derivative.
        public var bound: DynamicsConfiguration.DerivativeBound?
        /// Decoupled weight decay.
        public var weightDecay: Double?
        /// What latent trajectories pay for moving.
        public var pathPenalty: PathPenalty?
        /// Whether posterior samples pass through a continuous flow.
        public var hasPosteriorFlow = false

        /// The encoders to choose from.
        public enum EncoderWish: String, Sendable, Hashable, CaseIterable {
            /// A GRU that sees gaps as inputs.
            case recurrent
            /// A GRU whose state decays in gaps.
            case decay
            /// A GRU whose state follows an ODE in gaps.
            case odeRecurrent
            /// Attention over continuous time embeddings.
            case attention
        }

        /// Wishes; those with a default are set after it.
        public init(
            maxEpochs: Int? = nil, patience: Int? = nil, latentDimension: Int? = nil, hiddenDimension: Int? = nil,
            learningRate: Double? = nil
        ) {
            self.maxEpochs = maxEpochs
            self.patience = patience
            self.latentDimension = latentDimension
            self.hiddenDimension = hiddenDimension
            self.learningRate = learningRate
        }
    }

    /// The architecture.
    public var configuration: LatentODE.Configuration
    /// The settings of the run.
    public var options: TrainingOptions
    /// What was chosen and why, a sentence each.
    public var choices: [String]

    /// Chooses for `data`.
    public init(for data: TrainingData, seed: UInt64, wishes: Wishes) {
        let training = data.split.training.count
        let values = data.series(data.split.training).reduce(0) { $0 + $1.observedCount }
        let range = Usual.latentComponents
        let usualLatent = min(max(range.lowerBound, Usual.latentBesideChannels + data.channels), range.upperBound)
        let latent = wishes.latentDimension ?? usualLatent
        let hidden = wishes.hiddenDimension ?? (values < Usual.manyValues ? Usual.narrow : Usual.wide)
        configuration = LatentODE.Configuration(
            channels: data.channels, latentDimension: latent, encoderHidden: hidden,
            dynamicsHidden: [hidden, hidden], decoderHidden: [hidden], covariates: data.normalization.covariateCount,
            relativeTolerance: 1e-3, absoluteTolerance: 1e-4, maxSteps: 2_000)

        configuration.families = data.families
        configuration.noise = wishes.noise ?? .channel
        if wishes.learnsIntensity {
            configuration.intensity = IntensityConfiguration(
                hidden: [hidden], base: Self.usualRate(of: data.series(data.split.training), data.normalization))
        }
        if wishes.hasPosteriorFlow {
            configuration.posteriorFlow = PosteriorFlowConfiguration(units: Self.flowUnits, hidden: [hidden])
        }
        if let outcome = data.outcome {
            configuration.head = HeadConfiguration(
                target: outcome.target, source: wishes.headSource ?? .initialState, hidden: [hidden])
        }

        let batch = min(training, 64)
        let stepsPerEpoch = (training + batch - 1) / batch
        let epochs = wishes.maxEpochs ?? max(Usual.leastEpochs, Usual.steps / stepsPerEpoch)
        let interval = max(1, min(20, epochs / 100))
        options = TrainingOptions(
            seed: seed, maxEpochs: epochs,
            patience: wishes.patience ?? max(10 * interval, epochs / Usual.patienceParts),
            validationInterval: interval, batchSize: batch,
            sampleCount: wishes.sampleCount ?? (wishes.isImportanceWeighted ? Usual.importanceSamples : 1),
            learningRate: wishes.learningRate ?? Usual.learningRate, learningRateDecay: 0.05,
            learningRateWarmUp: max(1, epochs / 100), klWarmUp: max(1, epochs / 10), gradientClipNorm: 5,
            weightDecay: wishes.weightDecay ?? Usual.weightDecay)
        options.pathPenalty = wishes.pathPenalty
        options.isImportanceWeighted = wishes.isImportanceWeighted
        options.restarts = wishes.restarts ?? Usual.restarts
        options.horizonGrowth = wishes.horizonGrowth ?? 0

        let channels = data.channels == 1 ? "one channel" : "\(data.channels) channels"
        func origin(_ wish: Bool) -> String { wish ? "as asked" : "chosen for \(values) training values" }
        choices = [
            "Split: \(training) series train, \(data.split.validation.count) validate, \(data.split.test.count) test.",
            "Latent state of \(latent) components, "
                + (wishes.latentDimension != nil ? "as asked." : "chosen for \(channels)."),
            "Hidden layers of \(hidden) units, \(origin(wishes.hiddenDimension != nil)).",
            data.normalization.centresSeries
                ? "Each series is centred on its own level: series differ more from each other than they move."
                : "Series are not centred: they move more than they differ from each other.",
            data.normalization.timeOrigin == .firstObservation
                ? "Model time starts at each series' first observation."
                : "Model time starts at one time for all series: they share a clock.",
            data.normalization.statics.isEmpty
                ? "No facts of a series as a whole are known."
                : "The encoder reads \(data.normalization.statics.map(\.name).joined(separator: ", ")).",
            "At most \(epochs) epochs of \(stepsPerEpoch) steps of \(batch) series, learning rate \(options.learningRate), "
                + "stopping after \(options.patience) epochs without improvement.",
        ]
        choose(wishes, normalization: data.normalization)
        if let windows = data.normalization.windows {
            choices[0] =
                "Series are cut into windows that span \(windows.span): \(training) train, "
                + "\(data.split.validation.count) validate, \(data.split.test.count) test."
        }
        choices += Self.choices(of: configuration, options: options, data: data)
        choices += structureChoices(data.normalization)
    }

    /// Units of a posterior's flow: enough for a few modes in some directions.
    private static let flowUnits = 8

    /// What is not as usual, a sentence each.
    private static func choices(
        of configuration: LatentODE.Configuration, options: TrainingOptions, data: TrainingData
    ) -> [String] {
        var choices: [String] = []
        let special = configuration.families.count { $0 != .gaussian }
        if special > 0 {
            choices.append(
                "\(special) of \(data.channels) channels are not Gaussian: as asked, or holding only 0 and 1.")
        }
        switch configuration.noise {
        case .channel: break
        case .point: choices.append("Noise is decoded at each point.")
        case .common: choices.append("All channels have the same noise.")
        }
        if configuration.intensity != nil { choices.append("The rate of observation times is learned too.") }
        if let outcome = data.outcome, let head = configuration.head {
            let kind = head.target == .probability ? "probability" : "value"
            let source = head.source == .initialState ? "the latent state at the origin" : "the latent trajectory"
            choices.append("A head reads the \(kind) of “\(outcome.name)” from \(source).")
        }
        if let flow = configuration.posteriorFlow {
            choices.append("Posterior samples pass through a continuous flow of \(flow.units) units.")
        }
        if options.isImportanceWeighted {
            choices.append("The bound is importance-weighted over \(options.sampleCount) samples.")
        }
        if options.horizonGrowth > 0 {
            choices.append("Targets reach to the end of the series after \(options.horizonGrowth) epochs.")
        }
        if options.restarts > 1 {
            choices.append("\(options.restarts) starts from other initial weights; the best is kept.")
        }
        return choices
    }

    /// Observation times for each unit of model time, over all series.
    private static func usualRate(of series: [ChannelSeries], _ normalization: Normalization) -> Double {
        var count = 0
        var span = 0.0
        for one in series {
            guard let last = one.times.last else { continue }
            count += one.times.count
            span += max(normalization.modelTime(last, origin: normalization.origin(of: one)), 0)
        }
        return span > 0 ? Double(count) / span : 1
    }
}
