public import LodeModels
internal import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// One training run, advanced a few epochs at a time.
///
/// Everything random is a function of the seed and the epoch, so that a run that goes on from a ``TrainingSnapshot``
/// ends with the same bits as one that was never interrupted, for any number of threads.
public struct Trainer: ~Copyable {
    /// What became of the epochs of one call.
    public struct Report: Sendable, Hashable {
        /// Epochs done so far.
        public var epoch: Int
        /// The mean loss of the last epoch, in nats for each observed value.
        public var trainingLoss: Double
        /// The mean negative log density of hidden validation values, in nats; nil without validation values.
        public var validationLoss: Double?
        /// The best validation loss so far.
        public var bestValidationLoss: Double?
        /// The epoch of the best validation loss.
        public var bestEpoch: Int
        /// The learning rate of the last epoch.
        public var learningRate: Double
        /// Whether training has ended.
        public var isFinished: Bool
    }

    /// The data of the run.
    public let data: TrainingData
    /// The settings of the run.
    public let options: TrainingOptions
    /// The architecture.
    public let model: LatentODE

    private let kernels: Kernels<Float>
    private let pool: ThreadPool
    private let optimizer: Adam
    private let validation: ValidationScore
    private let gradient: AlignedBuffer<Float>
    private let parameters: ParameterVector<Float>
    private var state: TrainingSnapshot

    /// A new run, or one that goes on from a snapshot.
    ///
    /// - Throws: ``TrainingError/snapshotMismatch`` where the snapshot belongs to another model.
    public init(
        data: TrainingData, model: LatentODE, options: TrainingOptions, resuming snapshot: TrainingSnapshot? = nil,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(TrainingError) {
        self.data = data
        self.model = model
        self.options = options
        self.kernels = kernels
        self.pool = pool
        optimizer = Adam(gradientClipNorm: options.gradientClipNorm, weightDecay: options.weightDecay)
        validation = ValidationScore(
            series: data.series(data.split.validation), normalization: data.normalization,
            design: data.tasks, seed: options.seed)
        gradient = AlignedBuffer(count: model.layout.count)
        parameters = ParameterVector(layout: model.layout, seed: options.seed)
        if let snapshot {
            guard snapshot.parameters.count == model.layout.count else { throw .snapshotMismatch }
            state = snapshot
            parameters.values = snapshot.parameters
        } else {
            state = TrainingSnapshot(parameters: parameters.values)
        }
    }

    /// What a later run needs to go on from here.
    public var snapshot: TrainingSnapshot { state }

    /// Whether the last epoch was the last.
    public var isFinished: Bool {
        state.epoch >= options.maxEpochs || state.epoch - state.bestEpoch > options.patience
    }

    /// Trains up to the next look at the validation series.
    ///
    /// - Parameter shouldStop: asked between minibatches; once it is true, the call ends early and the trainer must be
    ///   dropped: its state is that before the call.
    /// - Returns: nil where it was stopped.
    /// - Throws: ``TrainingError/diverged(epoch:detail:)`` once lower learning rates have not helped.
    public mutating func advance(shouldStop: () -> Bool) throws(TrainingError) -> Report? {
        var next = state
        parameters.values = next.parameters
        let end = min(state.epoch + options.validationInterval, options.maxEpochs)
        var loss = 0.0
        while next.epoch < end {
            guard let epochLoss = try trainEpoch(&next, shouldStop: shouldStop) else { return nil }
            loss = epochLoss
            guard loss.isFinite else {
                try recover(epoch: next.epoch, detail: "the loss was \(loss)")
                return report(trainingLoss: loss, validationLoss: nil)
            }
            next.epoch += 1
        }
        next.parameters = parameters.values
        let score: Double? =
            validation.isEmpty
            ? nil
            : try solving { () throws(SolveError) in
                try validation.negativeLogLikelihood(of: trainedModel(parameters), kernels: kernels, pool: pool)
            }
        if let score, !score.isFinite {
            try recover(epoch: next.epoch, detail: "the validation loss was \(score)")
            return report(trainingLoss: loss, validationLoss: score)
        }
        // Until the divergence has its full weight the bound is another one; its best epoch would be an accident.
        let counts = next.epoch >= min(options.klWarmUp, options.maxEpochs)
        if !counts || (score ?? loss) < next.bestLoss || next.bestParameters.isEmpty {
            next.bestLoss = counts ? score ?? loss : .infinity
            next.bestEpoch = next.epoch
            next.bestParameters = next.parameters
        }
        state = next
        return report(trainingLoss: loss, validationLoss: score)
    }

    /// The model with the weights of the best epoch, its bands calibrated on the validation series.
    public func finish() throws(TrainingError) -> TrainedModel {
        let best = ParameterVector<Float>(layout: model.layout)
        best.values = state.bestParameters.isEmpty ? state.parameters : state.bestParameters
        var trained = trainedModel(best)
        try solving { () throws(SolveError) in
            trained.correction = try validation.correction(of: trained, kernels: kernels, pool: pool)
            trained.calibration = try validation.calibration(of: trained, kernels: kernels, pool: pool)
        }
        return trained
    }

    /// A model as training leaves it: neither corrected nor calibrated.
    private func trainedModel(_ parameters: ParameterVector<Float>) -> TrainedModel {
        TrainedModel(
            model: model, parameters: parameters, normalization: data.normalization,
            correction: .none(channels: data.channels), calibration: .none)
    }

    private func report(trainingLoss: Double, validationLoss: Double?) -> Report {
        Report(
            epoch: state.epoch, trainingLoss: trainingLoss, validationLoss: validationLoss,
            bestValidationLoss: state.bestLoss.isFinite ? state.bestLoss : nil, bestEpoch: state.bestEpoch,
            learningRate: options.learningRate(epoch: max(state.epoch - 1, 0)) * state.rateFactor,
            isFinished: isFinished)
    }

    /// One pass over the training series; nil where it was stopped.
    private func trainEpoch(
        _ next: inout TrainingSnapshot, shouldStop: () -> Bool
    ) throws(TrainingError) -> Double? {
        let epoch = next.epoch
        let order = CounterRandom(seed: options.seed, path: 0x7368_7566, UInt64(epoch))
            .permutation(data.split.training.count)
        let rate = options.learningRate(epoch: epoch) * next.rateFactor
        let objective = Objective(sampleCount: options.sampleCount, klWeight: options.klWeight(epoch: epoch))
        var lossSum = 0.0
        var observed = 0
        for start in stride(from: 0, to: order.count, by: options.batchSize) {
            if shouldStop() { return nil }
            let examples = order[start..<min(start + options.batchSize, order.count)].map {
                data.trainingExample(series: data.split.training[$0], epoch: epoch, seed: options.seed)
            }
            let bound = try solving { () throws(SolveError) in
                try model.gradient(
                    of: examples, objective: objective, seed: options.seed,
                    epoch: UInt64(epoch), parameters: parameters, into: gradient.pointer, kernels: kernels,
                    pool: pool)
            }
            guard bound.unfinishedTrajectories == 0 else { return .nan }
            let norm = optimizer.update(
                parameters, gradient: gradient.pointer, learningRate: rate, state: &next.optimizer,
                kernels: kernels)
            guard norm.isFinite else { return .nan }
            lossSum += bound.loss * Double(bound.observedCount)
            observed += bound.observedCount
        }
        return lossSum / Double(max(observed, 1))
    }

    /// Goes back to the best weights with a lower learning rate, or gives up.
    private mutating func recover(epoch: Int, detail: String) throws(TrainingError) {
        guard state.recoveries < TrainingSnapshot.mostRecoveries else {
            throw .diverged(epoch: epoch, detail: detail)
        }
        if !state.bestParameters.isEmpty { state.parameters = state.bestParameters }
        state.optimizer = Adam.State(count: model.layout.count)
        state.recoveries += 1
        state.rateFactor *= 0.3
    }

    private func solving<Value>(_ body: () throws(SolveError) -> Value) throws(TrainingError) -> Value {
        do {
            return try body()
        } catch {
            throw .solver(error)
        }
    }
}

/// Why a training run has no result.
public enum TrainingError: Error, Hashable, Sendable {
    /// There are fewer series than a split into training, validation and test needs.
    case tooFewSeries(found: Int, needed: Int)
    /// No value was observed in the training series.
    case noObservations
    /// The loss stopped being finite, and lower learning rates did not help.
    case diverged(epoch: Int, detail: String)
    /// The snapshot belongs to another model.
    case snapshotMismatch
    /// The snapshot's bytes do not parse.
    case corruptSnapshot(detail: String)
    /// The solver refused its input.
    case solver(SolveError)
}
