public import LodeSolvers

/// Why a training run has no result.
public enum TrainingError: Error, Hashable, Sendable {
    /// There are fewer series than a split into training, validation and test needs.
    case tooFewSeries(found: Int, needed: Int)
    /// Series are too few to be split, and too short to be cut into windows that could be.
    case tooFewWindows(series: Int, times: Int, windows: Int)
    /// No value was observed in the training series.
    case noObservations
    /// A channel holds a value that the kind it is said to be has no place for.
    case unsuitableValues(channel: Int, value: Double, likelihood: Likelihood)
    /// The outcome that a head is asked to tell cannot be learnt.
    case unusableOutcome(name: String, detail: String)
    /// The loss stopped being finite, and lower learning rates did not help.
    case diverged(epoch: Int, detail: String)
    /// The snapshot belongs to another model.
    case snapshotMismatch
    /// The snapshot's bytes do not parse.
    case corruptSnapshot(detail: String)
    /// The solver refused its input.
    case solver(SolveError)
}
