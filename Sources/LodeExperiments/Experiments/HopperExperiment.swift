internal import LodeModels
internal import LodeNumerics
internal import LodeTraining

/// The hopper of the latent ODE paper of 2019: rollouts of 14 channels, interpolated and extrapolated.
public struct HopperExperiment: Experiment {
    private let effort: Effort
    /// Complete rollouts that train or validate.
    private let complete: [ChannelSeries]
    /// Incomplete ones, which train at extrapolation.
    private let sparse: [ChannelSeries]
    /// The last fifth of the first folder.
    private let test: [ChannelSeries]
    /// Of each channel over the first folder, `[C]`.
    private let maxima: [Double]

    /// Times of a rollout, of the part that extrapolation sees, and of the windows of interpolation.
    private static let points = 200
    private static let firstPart = 66
    private static let windowPoints = 100

    /// Reads the rollouts: complete ones, whose last fifth is the test, and, from further folders, ones that only train.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        guard let first = folders.first else { throw .dataFolderNeeded(experiment: "hopper") }
        self.effort = effort
        let contents = try first.observations()
        func isComplete(_ one: ChannelSeries) -> Bool { one.times.count == Self.points && !one.mask.contains(false) }
        guard contents.series.count >= 10, contents.series.allSatisfy(isComplete) else {
            throw .unsuitableData(detail: "\(first.path) should hold rollouts of 200 complete times")
        }
        var more: [ChannelSeries] = []
        for folder in folders.dropFirst() {
            let contained = try folder.observations()
            guard contained.channels == contents.channels else {
                throw .unsuitableData(detail: "\(folder.path) has other channels")
            }
            more += contained.series
        }
        let trainingCount = contents.series.count * 8 / 10
        let test = Array(contents.series[trainingCount...])
        if let one = more.first(where: { one in test.contains { $0.values == one.values } }) {
            throw .unsuitableData(detail: "rollout \(one.name) of a further folder is one of the test's")
        }
        self.test = test
        complete = contents.series[..<trainingCount] + more.filter(isComplete)
        sparse = more.filter { !isComplete($0) }
        let channels = contents.channels.count
        var maxima = [Double](repeating: -.infinity, count: channels)
        for one in contents.series {
            for (index, value) in one.values.enumerated() {
                maxima[index % channels] = max(maxima[index % channels], value)
            }
        }
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
            "The last \(test.count) rollouts of the first folder are the test. \(complete.count) complete ones train, "
                + "\(Self.validationCount(complete.count)) of which validate, and \(sparse.count) sparse ones at "
                + "extrapolation. The paper has 10,000 complete ones of an older MuJoCo, 8,000 of which train.",
            "Channels are scaled as published: (value − minimum) / maximum over the first folder's rollouts; at "
                + "extrapolation the loss weighs channels alike, by one noise deviation for all.",
            "Extrapolation: a random share of the first 66 of 200 times is seen and the last 134 are scored; model time 0 "
                + "is the first predicted time, as published.",
            "Interpolation: a random share of a random window of 100 times is seen and all 100 are scored; training "
                + "draws the windows anew in each epoch.",
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

    /// Sizes and settings, chosen on validation series of seed 1: minibatches are counted, not passes, for folders differ
    /// in size by a hundred.
    ///
    /// Extrapolation reads towards its time 0, the end of what is seen, and weighs channels as the table does. At
    /// interpolation the local correction decides, which wants each channel's own noise.
    private func recipe(_ task: Task, series: Int) -> Recipe {
        let full = task == .extrapolation ? 7_000 : 12_000
        let steps = effort == .quick ? full / 5 : full
        var recipe = Recipe(
            latent: 16, encoderHidden: 64, hidden: 96,
            epochs: Recipe.epochs(steps: steps, batchSize: 50, series: series), batchSize: 50, learningRate: 0.005)
        if task == .extrapolation {
            recipe.noise = .common
            recipe.encoderOrder = .earliestFirst
        }
        return recipe
    }

    /// One model for each task; it serves all fractions.
    public func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores {
        var scores = SeedScores()
        for task in Task.allCases { try measure(task, seed: seed, in: laboratory, into: &scores) }
        return scores
    }

    private func design(_ task: Task) -> any PublishedDesign {
        switch task {
        case .interpolation:
            var design = InterpolationTasks(fractions: Self.fractions)
            design.windowCount = Self.windowPoints
            return design
        case .extrapolation:
            var design = ExtrapolationTasks(
                cut: test[0].times[Self.firstPart], firstPartCount: Self.firstPart, fractions: Self.fractions)
            design.startsAtCut = true
            return design
        }
    }

    private func measure(
        _ task: Task, seed: UInt64, in laboratory: Laboratory, into scores: inout SeedScores
    ) throws(ExperimentError) {
        let design = design(task)
        // Interpolation trains on whole rollouts, of which the design draws windows; the other parts are windows.
        let validating = Self.validationCount(complete.count)
        let training = complete.dropLast(validating) + (task == .extrapolation ? sparse : [])
        let validation = complete.suffix(validating).enumerated().map { index, one in
            task == .interpolation ? Self.window(of: one, index: index, seed: seed &+ 1) : one
        }
        let tested = test.enumerated().map { index, one in
            task == .interpolation ? Self.window(of: one, index: index, seed: seed) : one
        }
        let recipe = recipe(task, series: training.count)
        let typical =
            task == .interpolation
            ? training.enumerated().map { Self.window(of: $1, index: $0, seed: seed &+ 2) } : Array(training)
        let weights = maxima.map { $0 == 0 ? 1 : 1 / $0 }
        let normalization = Normalization(trainingOn: typical, channels: maxima.count)
            .adapted(span: recipe.modelSpan, weights: task == .extrapolation ? weights : nil)
        let data: TrainingData
        do {
            data = try TrainingData(
                training + validation,
                split: DataSplit(
                    training: Array(0..<training.count),
                    validation: Array(training.count..<training.count + validation.count), test: []),
                normalization: normalization, tasks: design)
        } catch {
            throw .training(error)
        }
        let model = try laboratory.train(data, recipe: recipe, seed: seed, label: task.rawValue)
        for fraction in Self.fractions {
            let questions = tested.enumerated().map { index, one in
                let random = CounterRandom(seed: seed, path: 0x7465_7374, UInt64(index))
                let roles = design.published(times: one.times, fraction: fraction, random: random)
                return Question(one, roles: roles, normalization: normalization)
            }
            try laboratory.score(
                model, questions: questions, seed: seed, setting: Self.setting(task, fraction),
                scale: { weights[$0] }, figure: { 100 * $0.meanSquare }, into: &scores)
        }
    }

    /// How many of the complete training rollouts validate: a tenth, but more than a hundred only cost time.
    private static func validationCount(_ complete: Int) -> Int { min(100, max(1, complete / 10)) }

    /// A random window of a complete rollout, its clock from 0.
    private static func window(of one: ChannelSeries, index: Int, seed: UInt64) -> ChannelSeries {
        let start = CounterRandom(seed: seed, path: 0x7769_6E64, UInt64(index)).integer(
            0, below: points - windowPoints + 1)
        var window = one.filtered { $0 >= start && $0 < start + windowPoints }
        let first = window.times[0]
        window.times = window.times.map { $0 - first }
        return window
    }
}
