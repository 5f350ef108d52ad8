/// One of the published tables.
public protocol Experiment: Sendable {
    /// The name on the command line.
    var name: String { get }
    /// What the figures are.
    var figure: String { get }
    /// Where the published figures come from.
    var source: String { get }
    /// Where data or protocol differ from the published ones, and what was chosen.
    var notes: [String] { get }
    /// The settings, with published figures and goals; nothing measured.
    var rows: [ExperimentRow] { get }

    /// Trains and tests all settings with one seed.
    func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores
}

extension Experiment {
    /// Runs all seeds and collects the table.
    ///
    /// - Parameter command: the command line that makes the table again.
    public func table(
        seeds: [UInt64], command: String, in laboratory: Laboratory
    ) throws(ExperimentError) -> ExperimentTable {
        let start = laboratory.clock()
        var all: [SeedScores] = []
        for seed in seeds { all.append(try scores(seed: seed, in: laboratory)) }
        let rows = rows.map { row in
            var row = row
            row.measured = SeedScores.collected(all, setting: row.setting)
            return row
        }
        return ExperimentTable(
            experiment: name, figure: figure, source: source, command: command, seeds: seeds,
            seconds: laboratory.clock() - start, notes: notes, rows: rows,
            pictures: all.first?.pictures ?? [])
    }
}

/// How thorough a run is.
public enum Effort: String, Sendable, Hashable, CaseIterable {
    /// Minutes on two cores; the figures are worse.
    case quick
    /// As long as the figures need.
    case full
}
