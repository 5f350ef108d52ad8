internal import LodeNumerics

/// An experiment to be reproduced: which, how thoroughly, from what.
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
        /// Figures 4 and 5 of Chen et al. (2018).
        case flow
        /// Figure 7 of Chen et al. (2018).
        case poisson
        /// Table 1 of Chen et al. (2018).
        case odenet
        /// Figure 3 of Chen et al. (2018).
        case errorControl = "error-control"
    }

    /// An experiment of either kind.
    private enum Subject {
        case table(any Experiment)
        case report(any ReportExperiment)
    }

    /// What a reproduction made.
    public enum Result: Sendable, Hashable {
        /// One table of scores.
        case table(ExperimentTable)
        /// Several tables and pictures.
        case report(ExperimentReport)
    }

    private let subject: Subject
    /// The experiment's name.
    public let name: Name
    /// One run for each.
    public let seeds: [UInt64]
    /// The command line that makes the result again.
    public let command: String

    /// A reproduction.
    ///
    /// - Parameter data: the data folders, the first the experiment's own; none for built-in sets.
    /// - Throws: ``ExperimentError/dataFolderNeeded(experiment:)``, and what reading the folders throws.
    public init(_ name: Name, effort: Effort, seeds: [UInt64], data: [String]) throws(ExperimentError) {
        let folders = data.map { DataFolder(path: $0) }
        switch name {
        case .spirals: subject = .table(SpiralExperiment(effort: effort))
        case .periodic: subject = .table(PeriodicExperiment(effort: effort))
        case .hopper: subject = .table(try HopperExperiment(effort: effort, folders: folders))
        case .ushcn: subject = .table(try UshcnExperiment(effort: effort, folders: folders))
        case .physionet: subject = .table(try PhysionetExperiment(effort: effort, folders: folders))
        case .flow: subject = .report(FlowExperiment(effort: effort))
        case .poisson: subject = .report(PoissonExperiment(effort: effort))
        case .odenet: subject = .report(try ODENetExperiment(effort: effort, folders: folders))
        case .errorControl: subject = .report(try ErrorControlExperiment(effort: effort, folders: folders))
        }
        self.name = name
        self.seeds = seeds
        let words =
            ["lode reproduce \(name.rawValue)"] + data.map { "--data \($0)" } + (effort == .quick ? ["--quick"] : [])
            + ["--seeds \(seeds.map { "\($0)" }.joined(separator: ","))"]
        command = words.joined(separator: " ")
    }

    /// Trains, tests and collects the result.
    ///
    /// - Parameters:
    ///   - threads: the same figures for any number.
    ///   - clock: seconds since any fixed time.
    ///   - report: receives a line of progress now and then.
    public func run(
        threads: Int, clock: @escaping @Sendable () -> Double, report: @escaping @Sendable (String) -> Void
    ) throws(ExperimentError) -> Result {
        let laboratory = Laboratory(
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads), clock: clock, report: report)
        switch subject {
        case .table(let experiment):
            return .table(try experiment.table(seeds: seeds, command: command, in: laboratory))
        case .report(let experiment):
            return .report(try experiment.report(seeds: seeds, command: command, in: laboratory))
        }
    }
}

extension Reproduction.Result: Encodable {
    /// For people: Markdown that also reads well in a terminal.
    public var text: String {
        switch self {
        case .table(let table): table.text
        case .report(let report): report.text
        }
    }

    /// The pictures.
    public var pictures: [ReportPicture] {
        switch self {
        case .table(let table): table.pictures
        case .report(let report): report.pictures
        }
    }

    /// As the table or the report itself.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .table(let table): try table.encode(to: encoder)
        case .report(let report): try report.encode(to: encoder)
        }
    }
}

extension ExperimentError {
    /// What happened and what to do, for people.
    public var message: String {
        switch self {
        case .dataFolderNeeded(let experiment):
            "“\(experiment)” needs its data. Name their folder with --data."
        case .fileUnreadable(let path, let detail): "\(path) cannot be read: \(detail). Check --data."
        case .corruptGzip(let path, let detail): "\(path) is damaged (\(detail)). Fetch it again."
        case .badFile(let path, let detail):
            "\(path) cannot be taken: \(detail). Fetch it again, or name another folder with --data."
        case .badLine(let path, let line):
            "Line \(line) of \(path) does not parse. It should be series,time,channel,value."
        case .unsuitableData(let detail): "The data do not fit the protocol: \(detail)."
        case .training(let error): "Training failed: \(error)."
        case .solver(let error): "The solver failed: \(error)."
        }
    }
}
