internal import LodeTraining

/// Table 2 of the neural ODE paper of 2018: spirals from 30, 50 and 100 noisy points.
///
/// The paper scores 100 time points that extend beyond the training points, against a curve it does not describe
/// further. Here the noise-free curve is scored twice: on the window's 100 points, and on the up to 100 that follow.
public struct SpiralExperiment: Experiment {
    private let effort: Effort

    /// The experiment.
    public init(effort: Effort) {
        self.effort = effort
    }

    /// The name `spirals`.
    public let name = "spirals"
    /// Of the two channels together.
    public let figure = "RMSE to the noise-free curve"
    /// The paper.
    public let source = "Chen et al. 2018, arXiv:1806.07366, table 2."

    /// The choices.
    public var notes: [String] {
        [
            "1,000 spirals, half clockwise, noise 0.3: 700 train, 100 validate, 200 test; the published constants, "
                + "drawn from another stream.",
            "The paper says “100 time points extending beyond those that were used for training”: both the window's "
                + "100 points and the up to 100 after it (none past the end of the base curve) are scored.",
            "The published figures stand in both kinds of rows, for the paper can be read either way.",
            "The RNN is Lode's own: a GRU of 25 units that reads values and time gaps; it forecasts by feeding on its "
                + "predictions, so it has no figure on the window.",
            "Validation series are observed beyond their windows too, and what they say there helps to choose the epoch; "
                + "training and test series are not.",
            "Bands are judged on new noisy observations at the same points.",
            "Lode, corrected: with the local Matérn correction, where validation says that it helps.",
        ]
    }

    private static let observedPoints = [30, 50, 100]

    static func setting(_ observed: Int, isBeyond: Bool) -> String {
        "\(observed) of 100 points, \(isBeyond ? "the points after the window" : "the window")"
    }

    /// Figures and goals for each number of points.
    public var rows: [ExperimentRow] {
        let latent = [30: 0.1642, 50: 0.1502, 100: 0.1346]
        let recurrent = [30: 0.3937, 50: 0.3202, 100: 0.1813]
        let goals = [30: 0.12, 50: 0.11, 100: 0.10]
        return [false, true].flatMap { isBeyond in
            Self.observedPoints.map { observed in
                ExperimentRow(
                    setting: Self.setting(observed, isBeyond: isBeyond),
                    published: [
                        PublishedFigure(method: "latent ODE", value: latent[observed] ?? .nan),
                        PublishedFigure(method: "RNN", value: recurrent[observed] ?? .nan),
                    ], goal: goals[observed], measured: [])
            }
        }
    }

    /// Sizes and settings, chosen on validation series of seed 1.
    var recipe: Recipe {
        Recipe(
            latent: 2, encoderHidden: 32, hidden: 48, epochs: effort == .quick ? 300 : 2_000, batchSize: 64,
            learningRate: 0.01)
    }

    /// Three models and three recurrent baselines.
    public func scores(seed: UInt64, in laboratory: Laboratory) throws(ExperimentError) -> SeedScores {
        var scores = SeedScores()
        var figure = SpiralFigure()
        for observed in Self.observedPoints {
            let set = SpiralSet(seed: seed, observed: observed)
            let split = DataSplit(
                training: Array(0..<700), validation: Array(700..<800), test: Array(800..<1_000))
            let windows = (0..<1_000).map { set.observations($0) }
            // What validation asks is what the table asks: beyond the window too.
            let series = windows.enumerated().map { index, window in
                split.validation.contains(index)
                    ? window.followed(by: set.newObservations(index, points: 100..<200)) : window
            }
            let training = split.training.map { windows[$0] }
            let normalization = Normalization(trainingOn: training, channels: 2).adapted(span: recipe.modelSpan)
            var design = ReconstructionTasks(cutShare: 0.5, leastKept: 0.4, shiftShare: 0.6)
            design.windowEnd = (Double(SpiralSet.windowPoints) - 0.5) * SpiralSet.timeStep
            let data: TrainingData
            do {
                data = try TrainingData(series, split: split, normalization: normalization, tasks: design)
            } catch {
                throw .training(error)
            }
            let model = try laboratory.train(data, recipe: recipe, seed: seed, label: "\(observed) points")
            try figure.add(model, set: set, series: split.test, seed: seed, in: laboratory)
            let recurrent = RecurrentForecaster(
                training: training, validation: split.validation.map { windows[$0] },
                normalization: normalization,
                settings: .init(epochs: effort == .quick ? 100 : 1_000), seed: seed, kernels: laboratory.kernels)
            for isBeyond in [false, true] {
                let points = isBeyond ? 100..<200 : 0..<100
                func questions(_ answers: (Int) -> ChannelSeries) -> [Question] {
                    split.test.map { index in
                        let origin = normalization.origin(of: windows[index])
                        return Question(seen: windows[index], answers: answers(index), origin: origin)
                    }.filter { !$0.answers.times.isEmpty }
                }
                let exact = questions { set.truth($0, points: points) }
                let noisy = questions { set.newObservations($0, points: points) }
                let setting = Self.setting(observed, isBeyond: isBeyond)
                try laboratory.score(
                    model, questions: exact, observed: noisy, seed: seed, setting: setting,
                    figure: \.rootMeanSquare, into: &scores)
                if isBeyond {
                    scores.add(setting, "RNN", value: recurrent.error(on: exact).rootMeanSquare)
                }
            }
        }
        scores.pictures = figure.pictures
        return scores
    }
}

extension ChannelSeries {
    /// The same series with later observations.
    fileprivate func followed(by later: ChannelSeries) -> ChannelSeries {
        var result = self
        result.times += later.times
        result.values += later.values
        result.mask += later.mask
        return result
    }
}
