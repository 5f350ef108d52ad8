public import LodeNetworks
public import LodeNumerics

/// Everything that changes in a training run: a run that goes on from it ends with the same bits.
public struct TrainingSnapshot: Sendable {
    /// Epochs done of this start.
    public var epoch = 0
    /// The weights.
    public var parameters: [Float]
    /// What the optimiser remembers.
    public var optimizer: Adam.State<Float>
    /// The weights of the best epoch; empty before the first look at the validation series.
    public var bestParameters: [Float] = []
    /// The best validation loss.
    public var bestLoss = Double.infinity
    /// The epoch of the best validation loss, of this start.
    public var bestEpoch = 0
    /// Which start from other initial weights this is, from 0.
    public var restart = 0
    /// Epochs of the starts before this one.
    public var earlierEpochs = 0
    /// The best weights of the starts before this one; empty in the first.
    public var championParameters: [Float] = []
    /// Their validation loss.
    public var championLoss = Double.infinity
    /// Their epoch, those of earlier starts included.
    public var championEpoch = 0
    /// Whether this start diverged for good; an earlier one has a result.
    public var isAbandoned = false
    /// What divergences have left of the learning rate.
    public var rateFactor = 1.0
    /// How often the run went back after a divergence.
    public var recoveries = 0
    /// Seconds spent on training up to here, in all attempts; the caller keeps it.
    public var elapsedSeconds = 0.0

    /// How often a run may go back before it gives up.
    static let mostRecoveries = 4

    /// The beginning of a run whose first start has these weights.
    public init(parameters: [Float]) {
        self.parameters = parameters
        optimizer = Adam.State(count: parameters.count)
    }

    /// The beginning of the next start, from `parameters`; the better of the champion and this start's best is kept.
    func next(from parameters: [Float]) -> TrainingSnapshot {
        var next = TrainingSnapshot(parameters: parameters)
        next.restart = restart + 1
        next.earlierEpochs = totalEpochs
        (next.championParameters, next.championLoss, next.championEpoch) = winner
        next.elapsedSeconds = elapsedSeconds
        return next
    }

    /// Epochs done in all starts.
    package var totalEpochs: Int { earlierEpochs + epoch }

    /// The best weights of all starts so far, their validation loss, and their epoch, those of earlier starts included.
    package var winner: (parameters: [Float], loss: Double, epoch: Int) {
        guard championParameters.isEmpty || bestLoss < championLoss else {
            return (championParameters, championLoss, championEpoch)
        }
        return bestParameters.isEmpty
            ? (parameters, bestLoss, totalEpochs) : (bestParameters, bestLoss, earlierEpochs + bestEpoch)
    }

    /// The snapshot as a safetensors file.
    public func encoded() throws(TrainingError) -> [UInt8] {
        func tensor(_ values: [Float]) -> Safetensors.Tensor {
            Safetensors.Tensor(shape: [values.count], values: values)
        }
        let file = Safetensors(
            tensors: [
                "parameters": tensor(parameters), "best": tensor(bestParameters),
                "adam.first": tensor(optimizer.firstMoment), "adam.second": tensor(optimizer.secondMoment),
                "champion": tensor(championParameters),
            ],
            // Swift prints a Double with as many digits as reading it back exactly needs.
            metadata: [
                "format": Self.format, "epoch": "\(epoch)", "adam.step": "\(optimizer.step)",
                "best.loss": "\(bestLoss)", "best.epoch": "\(bestEpoch)", "rate.factor": "\(rateFactor)",
                "restart": "\(restart)", "earlier.epochs": "\(earlierEpochs)", "champion.loss": "\(championLoss)",
                "champion.epoch": "\(championEpoch)", "abandoned": "\(isAbandoned)",
                "recoveries": "\(recoveries)", "elapsed.seconds": "\(elapsedSeconds)",
            ])
        do {
            return try file.encoded()
        } catch {
            throw .corruptSnapshot(detail: "\(error)")
        }
    }

    /// Reads what ``encoded()`` wrote.
    public init(decoding bytes: [UInt8]) throws(TrainingError) {
        let file: Safetensors
        do {
            file = try Safetensors(decoding: bytes)
        } catch {
            throw .corruptSnapshot(detail: "\(error)")
        }
        guard file.metadata["format"] == Self.format else { throw .corruptSnapshot(detail: "unknown format") }
        func number<Value: LosslessStringConvertible>(_ key: String) throws(TrainingError) -> Value {
            guard let text = file.metadata[key], let value = Value(text) else {
                throw .corruptSnapshot(detail: "no number under \(key)")
            }
            return value
        }
        func tensor(_ name: String) throws(TrainingError) -> [Float] {
            guard let tensor = file.tensors[name] else { throw .corruptSnapshot(detail: "no tensor \(name)") }
            return tensor.values
        }
        parameters = try tensor("parameters")
        optimizer = Adam.State(count: parameters.count)
        optimizer.firstMoment = try tensor("adam.first")
        optimizer.secondMoment = try tensor("adam.second")
        bestParameters = try tensor("best")
        championParameters = try tensor("champion")
        guard optimizer.firstMoment.count == parameters.count, optimizer.secondMoment.count == parameters.count,
            [bestParameters, championParameters].allSatisfy({ $0.isEmpty || $0.count == parameters.count })
        else { throw .corruptSnapshot(detail: "tensors of different lengths") }
        // A run of more is a mistake, and sums of these must not overflow.
        func count(_ key: String) throws(TrainingError) -> Int {
            let value: Int = try number(key)
            guard (0...(1 << 40)).contains(value) else {
                throw .corruptSnapshot(detail: "\(value) under \(key) is no count")
            }
            return value
        }
        epoch = try count("epoch")
        optimizer.step = try count("adam.step")
        bestLoss = try number("best.loss")
        bestEpoch = try count("best.epoch")
        rateFactor = try number("rate.factor")
        recoveries = try count("recoveries")
        restart = try count("restart")
        earlierEpochs = try count("earlier.epochs")
        championLoss = try number("champion.loss")
        championEpoch = try count("champion.epoch")
        isAbandoned = try number("abandoned")
        elapsedSeconds = try number("elapsed.seconds")
    }

    private static let format = "lode-training-snapshot-3"
}
