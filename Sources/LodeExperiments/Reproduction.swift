internal import LodeNumerics

/// A table to be reproduced: which, how thoroughly, from what.
public struct Reproduction: Sendable {
    /// The experiments there are.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        /// Table 2 of Chen et al. (2018).
        case spirals
        /// The toy set of Rubanova et al. (2019).
        case periodic
        /// The hopper of Rubanova et al. (2019).
        case hopper
        /// The weather stations of De Brouwer et al. (2019).
        case ushcn
        /// The intensive-care stays of the PhysioNet Challenge 2012.
        case physionet
    }

    /// The table.
    public let experiment: any Experiment
    /// One run for each.
    public let seeds: [UInt64]
    /// The command line that makes the table again.
    public let command: String

    /// A reproduction.
    ///
    /// - Parameter data: the data folders, the first the experiment's own; none for built-in sets.
    /// - Throws: ``ExperimentError/dataFolderNeeded(experiment:)``, and what reading the folders throws.
    public init(_ name: Name, effort: Effort, seeds: [UInt64], data: [String]) throws(ExperimentError) {
        let folders = data.map { DataFolder(path: $0) }
        switch name {
        case .spirals: experiment = SpiralExperiment(effort: effort)
        case .periodic: experiment = PeriodicExperiment(effort: effort)
        case .hopper: experiment = try HopperExperiment(effort: effort, folders: folders)
        case .ushcn: experiment = try UshcnExperiment(effort: effort, folders: folders)
        case .physionet: experiment = try PhysionetExperiment(effort: effort, folders: folders)
        }
        self.seeds = seeds
        let words =
            ["lode reproduce \(name.rawValue)"] + data.map { "--data \($0)" } + (effort == .quick ? ["--quick"] : [])
            + ["--seeds \(seeds.map { "\($0)" }.joined(separator: ","))"]
        command = words.joined(separator: " ")
    }

    /// Trains, tests and collects the table.
    ///
    /// - Parameters:
    ///   - threads: the same figures for any number.
    ///   - clock: seconds since any fixed time.
    ///   - report: receives a line of progress now and then.
    public func table(
        threads: Int, clock: () -> Double, report: @escaping @Sendable (String) -> Void
    ) throws(ExperimentError) -> ExperimentTable {
        let laboratory = Laboratory(
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads), report: report)
        return try experiment.table(seeds: seeds, command: command, in: laboratory, clock: clock)
    }
}

extension ExperimentError {
    /// What happened and what to do, for people.
    public var message: String {
        switch self {
        case .dataFolderNeeded(let experiment):
            "“\(experiment)” needs its data. Name the folder of observations.csv.gz with --data."
        case .fileUnreadable(let path, let detail): "\(path) cannot be read: \(detail). Check --data."
        case .corruptGzip(let path, let detail): "\(path) is damaged (\(detail)). Fetch it again."
        case .badLine(let path, let line):
            "Line \(line) of \(path) does not parse. It should be series,time,channel,value."
        case .unsuitableData(let detail): "The data do not fit the protocol: \(detail)."
        case .training(let error): "Training failed: \(error)."
        case .solver(let error): "The solver failed: \(error)."
        }
    }
}
