public import LodeSolvers
public import LodeTraining

/// Why an experiment has no table.
public enum ExperimentError: Error, Hashable, Sendable {
    /// The experiment needs a data folder, and none was named.
    case dataFolderNeeded(experiment: String)
    /// A file of the data folder cannot be read.
    case fileUnreadable(path: String, detail: String)
    /// A gzip file is damaged.
    case corruptGzip(path: String, detail: String)
    /// A file is not what it should be; the detail says where and how.
    case badFile(path: String, detail: String)
    /// A line of a table does not parse; lines are counted from 1.
    case badLine(path: String, line: Int)
    /// The data do not fit the protocol.
    case unsuitableData(detail: String)
    /// Training failed.
    case training(TrainingError)
    /// The solver refused its input.
    case solver(SolveError)
}
