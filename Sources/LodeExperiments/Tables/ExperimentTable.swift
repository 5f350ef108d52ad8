/// One reproduced table: published figures beside measured ones.
public struct ExperimentTable: Sendable, Hashable, Encodable {
    /// The experiment's name, as on the command line.
    public var experiment: String
    /// What the figures are, such as `MSE × 10⁻²`.
    public var figure: String
    /// Where the published figures come from.
    public var source: String
    /// The command line that makes this table again.
    public var command: String
    /// The seeds of the runs.
    public var seeds: [UInt64]
    /// Seconds it took, all seeds together.
    public var seconds: Double
    /// Where data or protocol differ from the published ones, and what was chosen, a sentence each.
    public var notes: [String]
    /// One for each setting of the protocol.
    public var rows: [ExperimentRow]
    /// What the first seed's run drew.
    public var pictures: [ReportPicture]

    /// A table.
    public init(
        experiment: String, figure: String, source: String, command: String, seeds: [UInt64], seconds: Double,
        notes: [String], rows: [ExperimentRow], pictures: [ReportPicture] = []
    ) {
        self.experiment = experiment
        self.figure = figure
        self.source = source
        self.command = command
        self.seeds = seeds
        self.seconds = seconds
        self.notes = notes
        self.rows = rows
        self.pictures = pictures
    }
}

/// One setting of an experiment.
public struct ExperimentRow: Sendable, Hashable, Encodable {
    /// The setting, such as `30 of 100 points`.
    public var setting: String
    /// What the papers print.
    public var published: [PublishedFigure]
    /// The most that Lode's figure should be; nil where no goal was set.
    public var goal: Double?
    /// What this row's figures are, where they are not the table's, such as `AUROC`.
    public var figure: String?
    /// Whether more is better.
    public var isHigherBetter = false
    /// What was measured, each method once.
    public var measured: [MeasuredFigure]

    /// A row.
    public init(
        setting: String, published: [PublishedFigure], goal: Double?, figure: String? = nil,
        isHigherBetter: Bool = false, measured: [MeasuredFigure]
    ) {
        self.figure = figure
        self.isHigherBetter = isHigherBetter
        self.setting = setting
        self.published = published
        self.goal = goal
        self.measured = measured
    }
}

/// A figure that somebody printed.
public struct PublishedFigure: Sendable, Hashable, Encodable {
    /// The method.
    public var method: String
    /// The figure, in the table's unit.
    public var value: Double

    /// A figure.
    public init(method: String, value: Double) {
        self.method = method
        self.value = value
    }
}

/// One method's figures over the seeds.
public struct MeasuredFigure: Sendable, Hashable, Encodable {
    /// The method.
    public var method: String
    /// One figure for each seed, in the table's unit.
    public var values: [Double]
    /// The share of scored values within the 80 % band, for each seed; empty for methods without bands.
    public var coverage80: [Double]

    /// Figures.
    public init(method: String, values: [Double], coverage80: [Double]) {
        self.method = method
        self.values = values
        self.coverage80 = coverage80
    }

    /// The mean over the seeds.
    public var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }

    /// The standard deviation over the seeds, with n − 1; nil for one seed.
    public var standardDeviation: Double? {
        guard values.count > 1 else { return nil }
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
