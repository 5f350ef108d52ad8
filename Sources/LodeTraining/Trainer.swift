public import LodeModels
internal import LodeNetworks
public import LodeNumerics
internal import LodeSolvers

/// One training run, advanced a few epochs at a time.
///
/// Everything random is a function of the seed and the epoch, so that a run that goes on from a ``TrainingSnapshot``
/// ends with the same bits as one that was never interrupted, for any number of threads.
public struct Trainer: ~Copyable {
    /// What became of the epochs of one call.
    public struct Report: Sendable, Hashable {
        /// Epochs done so far, those of earlier starts included.
        public var epoch: Int
        /// Which start from other initial weights this is, from 0.
        public var restart: Int
        /// The mean loss of the last epoch, in nats for each observed value.
        public var trainingLoss: Double
        /// The mean negative log density of hidden validation values, in nats; nil without validation values.
        public var validationLoss: Double?
        /// The best validation loss so far.
        public var bestValidationLoss: Double?
        /// The epoch of the best validation loss, those of earlier starts included.
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
    public var isFinished: Bool { isStartFinished && state.restart + 1 >= options.restarts }

    /// Whether the last epoch was the last of this start.
    private var isStartFinished: Bool {
        state.isAbandoned || state.epoch >= options.maxEpochs || state.epoch - state.bestEpoch > options.patience
    }

    /// Decides what is random in a start; the first has the run's own seed.
    private func seed(ofStart restart: Int) -> UInt64 {
        options.seed &+ UInt64(restart) &* 0x9E37_79B9_7F4A_7C15
    }

    /// Trains up to the next look at the validation series.
    ///
    /// - Parameter shouldStop: asked between minibatches; once it is true, the call ends early and the trainer must be
    ///   dropped: its state is that before the call.
    /// - Returns: nil where it was stopped.
    /// - Throws: ``TrainingError/diverged(epoch:detail:)`` once lower learning rates have not helped.
    public mutating func advance(shouldStop: () -> Bool) throws(TrainingError) -> Report? {
        if isStartFinished, !isFinished {
            let start = ParameterVector<Float>(layout: model.layout, seed: seed(ofStart: state.restart + 1))
            state = state.next(from: start.values)
        }
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
        let score = try validationLoss()
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

    /// What decides about the best epoch: the density of hidden validation values, and what head and intensity make of the
    /// validation series; nil where there is none of them.
    func validationLoss() throws(TrainingError) -> Double? {
        try solving { () throws(SolveError) in
            let trained = trainedModel(parameters)
            let values =
                validation.isEmpty
                ? nil : try validation.negativeLogLikelihood(of: trained, kernels: kernels, pool: pool)
            let head = try OutcomeEvaluation(
                of: trained, on: data.series(data.split.validation), training: [], sampleCount: 16,
                seed: options.seed, kernels: kernels, pool: pool)
            let events = try EventScore(
                of: trained, on: data.series(data.split.validation), sampleCount: 16, seed: options.seed,
                kernels: kernels, pool: pool)
            let terms = [
                values, head.map { options.headWeight * $0.loss },
                events.map { -options.intensityWeight * $0.logLikelihood },
            ].compactMap(\.self)
            return terms.isEmpty ? nil : terms.reduce(0, +)
        }
    }

    /// The model with the weights of the best epoch, corrected and calibrated on the validation series.
    public func finish() throws(TrainingError) -> TrainedModel {
        let best = ParameterVector<Float>(layout: model.layout)
        best.values = state.winner.parameters
        return try solving { () throws(SolveError) in
            try Calibrator(series: data.series(data.split.validation), design: data.tasks, seed: options.seed)
                .fitted(trainedModel(best), kernels: kernels, pool: pool)
        }
    }

    /// A model as training leaves it: neither corrected nor calibrated.
    private func trainedModel(_ parameters: ParameterVector<Float>) -> TrainedModel {
        TrainedModel(
            model: model, parameters: parameters, normalization: data.normalization,
            correction: .none(channels: data.channels), calibration: .none, outcome: data.outcome)
    }

    private func report(trainingLoss: Double, validationLoss: Double?) -> Report {
        let best = state.winner
        return Report(
            epoch: state.totalEpochs, restart: state.restart, trainingLoss: trainingLoss,
            validationLoss: validationLoss, bestValidationLoss: best.loss.isFinite ? best.loss : nil,
            bestEpoch: best.epoch,
            learningRate: options.learningRate(epoch: max(state.epoch - 1, 0)) * state.rateFactor,
            isFinished: isFinished)
    }

    /// One pass over the training series; nil where it was stopped.
    private func trainEpoch(
        _ next: inout TrainingSnapshot, shouldStop: () -> Bool
    ) throws(TrainingError) -> Double? {
        let epoch = next.epoch
        let seed = seed(ofStart: next.restart)
        let order = CounterRandom(seed: seed, path: 0x7368_7566, UInt64(epoch))
            .permutation(data.split.training.count)
        let rate = options.learningRate(epoch: epoch) * next.rateFactor
        var lossSum = 0.0
        var observed = 0
        for start in stride(from: 0, to: order.count, by: options.batchSize) {
            if shouldStop() { return nil }
            let bound = try minibatchBound(
                of: order[start..<min(start + options.batchSize, order.count)], epoch: epoch, seed: seed)
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

    /// The bound of a minibatch of training series, whose gradient is left in `gradient`.
    func minibatchBound(
        of indices: some Sequence<Int>, epoch: Int, seed: UInt64? = nil
    ) throws(TrainingError) -> EvidenceLowerBound {
        let seed = seed ?? options.seed
        let share = options.horizonShare(epoch: epoch)
        let examples = indices.map {
            data.trainingExample(series: data.split.training[$0], epoch: epoch, seed: seed, horizonShare: share)
        }
        return try solving { () throws(SolveError) in
            try model.gradient(
                of: examples, objective: options.objective(epoch: epoch), seed: seed, epoch: UInt64(epoch),
                parameters: parameters, into: gradient.pointer, kernels: kernels, pool: pool)
        }
    }

    /// Goes back to the best weights with a lower learning rate, or gives up.
    private mutating func recover(epoch: Int, detail: String) throws(TrainingError) {
        guard state.recoveries < TrainingSnapshot.mostRecoveries else {
            if state.championParameters.isEmpty { throw .diverged(epoch: epoch, detail: detail) }
            // An earlier start has a result: this one is given up, not the run.
            state.isAbandoned = true
            return
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
