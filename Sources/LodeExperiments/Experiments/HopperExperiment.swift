internal import LodeNumerics
internal import LodeTraining

/// The hopper of the latent ODE paper of 2019: rollouts of 14 channels, interpolated and extrapolated.
public struct HopperExperiment: Experiment {
    private let effort: Effort
    private let dense: [ChannelSeries]
    private let sparse: [ChannelSeries]
    private let minima: [Double]
    private let maxima: [Double]

    /// Times of a rollout.
    private static let points = 200

    /// Reads the rollouts: complete ones, and, from further folders, sparse ones that only train.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        guard let first = folders.first else { throw .dataFolderNeeded(experiment: "hopper") }
        self.effort = effort
        let contents = try first.observations()
        dense = contents.series
        let incomplete = dense.contains { $0.times.count != Self.points || $0.mask.contains(false) }
        guard dense.count >= 10, !incomplete else {
            throw .unsuitableData(detail: "\(first.path) should hold rollouts of 200 complete times")
        }
        var sparse: [ChannelSeries] = []
        for folder in folders.dropFirst() {
            let more = try folder.observations()
            guard more.channels == contents.channels else {
                throw .unsuitableData(detail: "\(folder.path) has other channels")
            }
            sparse += more.series
        }
        self.sparse = sparse
        let channels = contents.channels.count
        var minima = [Double](repeating: .infinity, count: channels)
        var maxima = [Double](repeating: -.infinity, count: channels)
        for one in dense {
            for (index, value) in one.values.enumerated() {
                minima[index % channels] = min(minima[index % channels], value)
                maxima[index % channels] = max(maxima[index % channels], value)
            }
        }
        self.minima = minima
        self.maxima = maxima
    }

    /// The name `hopper`.
    public let name = "hopper"
    /// On values scaled as (value − minimum) / maximum over the set.
    public let figure = "MSE × 10⁻²"
    /// The paper.
    public let source = "Rubanova et al. 2019, arXiv:1907.03907; latent ODE with ODE-RNN encoder."

    /// The choices.
    public var notes: [String] {
        [
            "\(dense.count) complete rollouts, the first 80 % train (a tenth of those validates), the rest test; "
                + "\(sparse.count) sparse ones train too. The paper has 10,000 complete ones of an older MuJoCo.",
            "Channels are scaled as published: (value − minimum) / maximum over the set of complete rollouts.",
            "Extrapolation: a random share of the first 66 of 200 times is seen and the last 134 are scored.",
            "Interpolation: a random share of a random window of 100 times is seen and all 100 are scored.",
            "One model serves all four shares; the published ones were trained for one share each.",
            "Lode, corrected: with the local Matérn correction, where validation says that it helps.",
        ]
    }

    private enum Task: String, CaseIterable {
        case extrapolation
        case interpolation
    }

    private static let fractions = [0.1, 0.2, 0.3, 0.5]

    private static func setting(_ task: Task, _ fraction: Double) -> String {
        "\(task.rawValue), \(Int((100 * fraction).rounded())) % observed"
    }

    /// Figures and goals; straight lines are the goal of interpolation.
    public var rows: [ExperimentRow] {
        let published: [Task: [Double]] = [
            .extrapolation: [1.441, 1.400, 1.175, 1.258], .interpolation: [0.360, 0.295, 0.300, 0.285],
        ]
        let straight = [0.26, 0.08, 0.035, 0.01]
        return Task.allCases.flatMap { task in
            zip(Self.fractions, zip(published[task] ?? [], straight)).map { fraction, figures in
                ExperimentRow(
                    setting: Self.setting(task, fraction),
                    published: [PublishedFigure(method: "latent ODE", value: figures.0)],
                    goal: task == .extrapolation ? figures.0 : figures.1, measured: [])
            }
        }
    }

    /// Sizes and settings, chosen on validation series of seed 1.
    var recipe: Recipe {
        Recipe(
            latent: 16, encoderHidden: 64, hidden: 96, epochs: effort == .quick ? 20 : 60, batchSize: 50,
            learningRate: 0.005)
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
        let trainingCount = dense.count * 8 / 10
        let validationCount = max(1, trainingCount / 10)
        let complete = task == .interpolation ? windows(seed: seed) : dense
        let all = complete + (task == .extrapolation ? sparse : [])
        let split = DataSplit(
            training: Array(0..<trainingCount - validationCount) + Array(dense.count..<all.count),
            validation: Array(trainingCount - validationCount..<trainingCount),
            test: Array(trainingCount..<dense.count))
        let normalization = Normalization(trainingOn: split.training.map { all[$0] }, channels: minima.count)
            .adapted(span: recipe.modelSpan)
        let design: any PublishedDesign =
            switch task {
            case .interpolation: InterpolationTasks(fractions: Self.fractions)
            case .extrapolation:
                ExtrapolationTasks(cut: dense[0].times[66], firstPartCount: 66, fractions: Self.fractions)
            }
        let data: TrainingData
        do {
            data = try TrainingData(all, split: split, normalization: normalization, tasks: design)
        } catch {
            throw .training(error)
        }
        let model = try laboratory.train(data, recipe: recipe, seed: seed, label: task.rawValue)
        let scale = maxima.map { $0 == 0 ? 1 : 1 / $0 }
        for fraction in Self.fractions {
            let questions = split.test.map { index in
                let random = CounterRandom(seed: seed, path: 0x7465_7374, UInt64(index))
                let roles = design.published(times: all[index].times, fraction: fraction, random: random)
                return Question(all[index], roles: roles, normalization: normalization)
            }
            try laboratory.score(
                model, questions: questions, seed: seed, setting: Self.setting(task, fraction), scale: { scale[$0] },
                figure: { 100 * $0.meanSquare }, into: &scores)
        }
    }

    /// A random window of 100 times of each complete rollout, its clock from 0.
    private func windows(seed: UInt64) -> [ChannelSeries] {
        dense.enumerated().map { index, one in
            let start = CounterRandom(seed: seed, path: 0x7769_6E64, UInt64(index)).integer(0, below: 101)
            var window = one.filtered { $0 >= start && $0 < start + 100 }
            let first = window.times[0]
            window.times = window.times.map { $0 - first }
            return window
        }
    }
}
