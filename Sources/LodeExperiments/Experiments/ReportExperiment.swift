/// An experiment whose findings are several tables and pictures.
public protocol ReportExperiment: Sendable {
    /// The name on the command line.
    var name: String { get }
    /// What is reproduced, for a heading.
    var title: String { get }
    /// Where the published figures come from.
    var source: String { get }
    /// Where data or protocol differ from the published ones, and what was chosen.
    var notes: [String] { get }

    /// Runs all seeds.
    func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings
}

/// What an experiment found.
public struct ExperimentFindings: Sendable, Hashable {
    /// In the order of reading.
    public var tables: [ReportTable]
    /// In the order of reading.
    public var pictures: [ReportPicture]
    /// What only the run could tell, a sentence each; they follow the experiment's own notes.
    public var notes: [String]

    /// Findings.
    public init(tables: [ReportTable] = [], pictures: [ReportPicture] = [], notes: [String] = []) {
        self.tables = tables
        self.pictures = pictures
        self.notes = notes
    }
}

extension ReportExperiment {
    /// Runs all seeds and collects the report.
    ///
    /// - Parameter command: the command line that makes the report again.
    public func report(
        seeds: [UInt64], command: String, in laboratory: Laboratory
    ) throws(ExperimentError) -> ExperimentReport {
        let start = laboratory.clock()
        let findings = try findings(seeds: seeds, in: laboratory)
        return ExperimentReport(
            experiment: name, title: title, source: source, command: command, seeds: seeds,
            seconds: laboratory.clock() - start, notes: notes + findings.notes, tables: findings.tables,
            pictures: findings.pictures)
    }
}
