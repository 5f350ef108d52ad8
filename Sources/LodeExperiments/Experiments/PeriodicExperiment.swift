internal import LodeModels
internal import LodeNumerics
internal import LodeTraining

/// The toy set of the latent ODE paper of 2019: waves of different frequency, interpolated and extrapolated.
public struct PeriodicExperiment: Experiment {
    private let effort: Effort

    /// The experiment.
    public init(effort: Effort) {
        self.effort = effort
    }

    /// The name `periodic`.
    public let name = "periodic"
    /// In the data's unit: the amplitude is 1.
    public let figure = "MSE"
    /// The paper.
    public let source = "Rubanova et al. 2019, arXiv:1907.03907, toy data; latent ODE with ODE-RNN encoder."

    /// The choices.
    public var notes: [String] {
        [
            "1,000 waves: 700 train, 100 validate, 200 test (the paper's 80 % train; Lode takes validation from them); "
                + "the published constants, drawn from another stream.",
            "Interpolation: a random share of the 100 times is seen and all 100 are scored, as published.",
            "Extrapolation: a random share of the first 50 of 101 times is seen and the last 51 are scored; model time 0 is "
                + "the first predicted time, as published.",
            "One model serves all four shares; the published ones were trained for one share each.",
            "The published code averages the error of single posterior samples; Lode's is that of its prediction, the mean.",
            "Baselines: the mean of the training series, the last value seen, straight lines between the values seen.",
            "Lode, corrected: with the local Matérn correction, where validation says that it helps.",
        ]
    }

    private enum Task: String, CaseIterable {
        case interpolation
        case extrapolation
    }

    private static let fractions = [0.1, 0.2, 0.3, 0.5]

    private static func setting(_ task: Task, _ fraction: Double) -> String {
        "\(task.rawValue), \(Int((100 * fraction).rounded())) % observed"
    }

    private static func published(_ task: Task) -> [Double] {
        switch task {
        case .interpolation: [0.07133, 0.03144, 0.05354, 0.01717]
        case .extrapolation: [0.05313, 0.04427, 0.03572, 0.01388]
        }
    }

    /// Figures and goals: below the published latent ODE at each.
    public var rows: [ExperimentRow] {
        Task.allCases.flatMap { task in
            zip(Self.fractions, Self.published(task)).map { fraction, value in
                ExperimentRow(
                    setting: Self.setting(task, fraction),
                    published: [PublishedFigure(method: "latent ODE", value: value)], goal: value, measured: [])
            }
        }
    }

    /// Sizes and settings, chosen on validation series of seed 1; extrapolation reads towards its time 0, the end of what
    /// is seen.
    private func recipe(_ task: Task) -> Recipe {
        var recipe = Recipe(
            latent: 4, encoderHidden: 64, hidden: 48, epochs: effort == .quick ? 150 : 2_000, batchSize: 64,
            learningRate: 0.01, weightDecay: 1e-3)
        if task == .extrapolation { recipe.encoderOrder = .earliestFirst }
        return recipe
    }

    private static func design(_ task: Task, times: [Double]) -> any PublishedDesign {
        switch task {
        case .interpolation: return InterpolationTasks(fractions: fractions)
        case .extrapolation:
            var design = ExtrapolationTasks(cut: times[50], firstPartCount: 50, fractions: fractions)
            design.startsAtCut = true
            return design
        }
    }

    /// One model for each task; it serves all fractions.
    public func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores {
        var scores = SeedScores()
        for task in Task.allCases { try measure(task, seed: seed, in: laboratory, into: &scores) }
        return scores
    }

    private func measure(
        _ task: Task, seed: UInt64, in laboratory: Laboratory, into scores: inout SeedScores
    ) throws(ExperimentError) {
        let set = PeriodicSet(seed: seed, points: task == .interpolation ? 100 : 101)
        let series = (0..<1_000).map { set.series($0) }
        let split = DataSplit(training: Array(0..<700), validation: Array(700..<800), test: Array(800..<1_000))
        let recipe = recipe(task)
        let normalization = Normalization(trainingOn: split.training.map { series[$0] }, channels: 1)
            .adapted(span: recipe.modelSpan)
        let design = Self.design(task, times: set.times)
        let data: TrainingData
        do {
            data = try TrainingData(series, split: split, normalization: normalization, tasks: design)
        } catch {
            throw .training(error)
        }
        let model = try laboratory.train(data, recipe: recipe, seed: seed, label: task.rawValue)
        for fraction in Self.fractions {
            let questions = split.test.map { index in
                let random = CounterRandom(seed: seed, path: 0x7465_7374, UInt64(index))
                let roles = design.published(times: series[index].times, fraction: fraction, random: random)
                return Question(series[index], roles: roles, normalization: normalization)
            }
            try laboratory.score(
                model, questions: questions, seed: seed, setting: Self.setting(task, fraction),
                figure: \.meanSquare, into: &scores)
        }
    }
}
