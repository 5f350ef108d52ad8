internal import LodeTraining

/// Daily weather of the GRU-ODE-Bayes paper of 2019: three years seen, the next three measurements predicted.
public struct UshcnExperiment: Experiment {
    private let effort: Effort
    private let series: [ChannelSeries]
    private let channels: [String]

    /// Reads the stations.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        guard let folder = folders.first else { throw .dataFolderNeeded(experiment: "ushcn") }
        self.effort = effort
        let contents = try folder.observations()
        let statics = try folder.facts("statics")
        channels = contents.channels
        series = contents.series.map { one in
            var one = one
            one.statics = statics[one.name] ?? [:]
            for (name, mean) in Self.means(of: one, channels: contents.channels) {
                one.statics["mean_\(name)"] = mean
            }
            return one
        }
        guard series.count >= 20 else { throw .unsuitableData(detail: "\(folder.path) holds fewer than 20 stations") }
    }

    /// The name `ushcn`.
    public let name = "ushcn"
    /// Values are scaled by mean and deviation over the training stations.
    public let figure = "MSE of z-scores"
    /// The papers.
    public let source = "De Brouwer et al. 2019, arXiv:1905.12374, and listings of its results."

    /// The choices.
    public var notes: [String] {
        [
            "\(series.count) stations regenerated from the same network; not the published file: its 5 % of the values "
                + "are others, so that the published figures are an orientation only.",
            "Seen: up to day 1117.6 of 1490. Scored: the values at the next three measured times of each station.",
            "Each seed is a fold: a random 10 % test, 20 % of the rest validate.",
            "The encoder reads the last \(Int(Self.design.window)) days, the station's place and its means over the "
                + "three years; training also uses the same season of earlier years.",
            "A few storms carry most of the error: see each channel and the mean absolute error too.",
        ]
    }

    private static let pooled = "all channels"
    private static let absolute = "all channels, mean absolute error"
    /// Three of the four years: t = 150 of 200 in the published unit of 2500/18627 of a day.
    private static let design = NextMeasurementsTasks(
        cut: 150 * 18_627 / 2_500, window: 40, count: 3, period: 365.25, earlierPeriods: 2, jitter: 20)

    /// Figures and goal, then each channel.
    public var rows: [ExperimentRow] {
        let published = [
            PublishedFigure(method: "GRU-ODE-Bayes", value: 0.43),
            PublishedFigure(method: "NeuralODE-VAE", value: 0.96),
        ]
        return [ExperimentRow(setting: Self.pooled, published: published, goal: 0.43, measured: [])]
            + ([Self.absolute] + channels).map {
                ExperimentRow(setting: $0, published: [], goal: nil, measured: [])
            }
    }

    /// Sizes and settings, chosen on validation stations of fold 1.
    var recipe: Recipe {
        var recipe = Recipe(
            latent: 8, encoderHidden: 48, hidden: 48, epochs: effort == .quick ? 50 : 300, batchSize: 64,
            learningRate: 0.003)
        // Ten days a unit: weather changes within a few.
        recipe.modelSpan = 150
        return recipe
    }

    /// One model for a fold.
    public func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores {
        let split = DataSplit(count: series.count, seed: seed, stream: 0x666F_6C64, testing: 10, validating: 5)
        let normalization = Normalization(
            trainingOn: split.training.map { series[$0] }, channels: channels.count
        ).adapted(span: recipe.modelSpan)
        let data: TrainingData
        do {
            data = try TrainingData(series, split: split, normalization: normalization, tasks: Self.design)
        } catch {
            throw .training(error)
        }
        let model = try laboratory.train(data, recipe: recipe, seed: seed, label: "three years")
        let questions = split.test.map { index in
            Question(
                series[index], roles: Self.design.published(times: series[index].times), normalization: normalization)
        }.filter { !$0.answers.times.isEmpty }
        let scale = normalization.channelDeviations.map { 1 / $0 }
        var scores = SeedScores()
        func add(_ setting: String, _ questions: [Question], figure: (ErrorSum) -> Double) throws(ExperimentError) {
            try laboratory.score(
                model, questions: questions, seed: seed, setting: setting, scale: { scale[$0] }, figure: figure,
                into: &scores)
        }
        try add(Self.pooled, questions, figure: \.meanSquare)
        try add(Self.absolute, questions, figure: \.meanAbsolute)
        for (channel, name) in channels.enumerated() {
            try add(name, questions.map { $0.only(channel: channel) }, figure: \.meanSquare)
        }
        return scores
    }

    /// The means of a station's channels up to the cut.
    private static func means(of series: ChannelSeries, channels: [String]) -> [String: Double] {
        var sums = [String: (sum: Double, count: Double)]()
        for index in series.values.indices where series.mask[index] {
            guard series.times[index / channels.count] <= design.cut else { break }
            let name = channels[index % channels.count]
            sums[name, default: (0, 0)].sum += series.values[index]
            sums[name, default: (0, 0)].count += 1
        }
        return sums.mapValues { $0.sum / $0.count }
    }
}
