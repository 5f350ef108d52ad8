internal import LodeTraining

/// Intensive-care stays of the PhysioNet Challenge 2012: a day seen and the next one predicted, and who dies.
public struct PhysionetExperiment: Experiment {
    let effort: Effort
    let series: [ChannelSeries]
    let ranges: [Double]

    /// Reads the stays.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        guard let folder = folders.first else { throw .dataFolderNeeded(experiment: "physionet") }
        self.effort = effort
        let contents = try folder.observations()
        let statics = try folder.facts("statics")
        let labels = try folder.facts("labels")
        series = contents.series.map { one in
            var one = one
            one.statics = statics[one.name] ?? [:]
            one.labels = labels[one.name] ?? [:]
            return one
        }
        guard series.count >= 20 else { throw .unsuitableData(detail: "\(folder.path) holds fewer than 20 stays") }
        let values = Self.sortedValues(of: series, channels: contents.channels.count)
        ranges = values.map { ($0.last ?? 0) - ($0.first ?? 0) }
    }

    /// The name `physionet`.
    public let name = "physionet"
    /// On values scaled to [0, 1] by the range of each channel over the set.
    public let figure = "MSE × 10⁻³"
    /// The goal's table.
    public let source = "figures for the task as collected by later papers: latent ODE 6.05, best of any model 4.89."

    /// The choices.
    public var notes: [String] {
        [
            "\(series.count) stays of set A; the papers have 8,000 of sets A and B, so that their figures are an "
                + "orientation only.",
            "Seen: before hour 24. Scored: all values of hours 24 to 48, scaled by each channel's range over the set, "
                + "gross errors of the source included.",
            "Training and contexts clip values to the 0.05 and 99.95 % quantiles of the training stays; the scored "
                + "values are not clipped.",
            "A random 20 % of the stays test, a tenth of the others validates.",
            "Deaths: the same test stays, a fifth of the others validates; the whole 48 hours are seen, a head reads the "
                + "latent state at the origin. The papers have 4,000 stays with outcomes, here are 1,900.",
        ]
    }

    private static let setting = "24 h seen, 24 h predicted"
    private static let design = HalfwayTasks(cut: 1_440, earliestCut: 360)

    /// Figures and goal.
    public var rows: [ExperimentRow] {
        [
            ExperimentRow(
                setting: Self.setting,
                published: [
                    PublishedFigure(method: "latent ODE", value: 6.05),
                    PublishedFigure(method: "best of any model", value: 4.89),
                ], goal: 5.4, measured: []),
            Self.mortalityRow,
        ]
    }

    /// Sizes and settings, chosen on validation stays of seed 1.
    var recipe: Recipe {
        Recipe(
            latent: 16, encoderHidden: 64, hidden: 64, epochs: effort == .quick ? 15 : 100, batchSize: 50,
            learningRate: 0.003)
    }

    /// One model.
    public func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores {
        let split = split(seed: seed, validating: 10)
        let clipped = clipped(by: split.training.map { series[$0] })
        let normalization = Normalization(
            trainingOn: split.training.map { clipped[$0] }, channels: ranges.count
        ).adapted(span: recipe.modelSpan)
        let data: TrainingData
        do {
            data = try TrainingData(clipped, split: split, normalization: normalization, tasks: Self.design)
        } catch {
            throw .training(error)
        }
        let model = try laboratory.train(data, recipe: recipe, seed: seed, label: Self.setting)
        let questions = split.test.map { index in
            let roles = Self.design.published(times: series[index].times)
            var question = Question(clipped[index], roles: roles, normalization: normalization)
            question.answers = series[index].filtered { roles.scored[$0] }
            return question
        }.filter { !$0.answers.times.isEmpty }
        let scale = ranges.map { $0 == 0 ? 1 : 1 / $0 }
        var scores = SeedScores()
        try laboratory.score(
            model, questions: questions, seed: seed, setting: Self.setting, scale: { scale[$0] },
            figure: { 1_000 * $0.meanSquare }, into: &scores)
        if let curve = try mortality(seed: seed, recipe: mortalityRecipe, in: laboratory).test?.areaUnderCurve {
            scores.add(Self.mortalitySetting, "Lode, head", value: curve)
        }
        return scores
    }

    /// A fifth of the stays tests, the same in both tables; one in `validating` of the others validates.
    func split(seed: UInt64, validating: Int) -> DataSplit {
        DataSplit(count: series.count, seed: seed, stream: 0x7374_6179, testing: 5, validating: validating)
    }

    private static func sortedValues(of series: [ChannelSeries], channels: Int) -> [[Double]] {
        var values = [[Double]](repeating: [], count: channels)
        for one in series {
            for index in one.values.indices where one.mask[index] { values[index % channels].append(one.values[index]) }
        }
        return values.map { $0.sorted() }
    }

    /// All stays, with values moved to between two quantiles of the training stays.
    func clipped(by training: [ChannelSeries]) -> [ChannelSeries] {
        let limits = Self.sortedValues(of: training, channels: ranges.count).map { values -> ClosedRange<Double>? in
            guard let first = values.first, let last = values.last else { return nil }
            let skipped = values.count / 2_000
            return skipped == 0 ? first...last : values[skipped]...values[values.count - 1 - skipped]
        }
        return series.map { one in
            var one = one
            for index in one.values.indices where one.mask[index] {
                guard let limit = limits[index % ranges.count] else { continue }
                one.values[index] = min(max(one.values[index], limit.lowerBound), limit.upperBound)
            }
            return one
        }
    }
}
