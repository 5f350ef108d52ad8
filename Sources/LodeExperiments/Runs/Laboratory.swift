internal import LodeModels
public import LodeNumerics
internal import LodeSolvers
internal import LodeTraining

/// What experiments work with: kernels, threads, a clock and somebody to tell how it goes.
public struct Laboratory: Sendable {
    /// The kernels.
    public var kernels: Kernels<Float>
    /// The threads.
    public var pool: ThreadPool
    /// Seconds since any fixed time.
    public var clock: @Sendable () -> Double
    /// Receives a line of progress now and then.
    public var report: @Sendable (String) -> Void
    /// Posterior samples of each prediction.
    public var sampleCount = 32

    /// A laboratory.
    public init(
        kernels: Kernels<Float>, pool: ThreadPool, clock: @escaping @Sendable () -> Double,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.kernels = kernels
        self.pool = pool
        self.clock = clock
        self.report = report
    }

    /// Trains a model by a recipe and returns the weights of the best validation score.
    func train(
        _ data: TrainingData, recipe: Recipe, seed: UInt64, label: String
    ) throws(ExperimentError) -> TrainedModel {
        do {
            var trainer = try Trainer(
                data: data, model: LatentODE(recipe.configuration(for: data)), options: recipe.options(seed: seed),
                kernels: kernels,
                pool: pool)
            var looks = 0
            while !trainer.isFinished {
                guard let progress = try trainer.advance(shouldStop: { false }) else { break }
                looks += 1
                if looks.isMultiple(of: 10) || progress.isFinished {
                    let validation = progress.validationLoss.map { ExperimentTable.digits($0) } ?? "–"
                    report(
                        "\(label), seed \(seed), epoch \(progress.epoch) of \(recipe.epochs): validation loss "
                            + "\(validation), best at epoch \(progress.bestEpoch)")
                }
            }
            return try trainer.finish()
        } catch {
            throw .training(error)
        }
    }

    /// The error and coverage of a model's predictions.
    ///
    /// - Parameter scale: multiplies an error of channel c.
    func score(
        _ model: TrainedModel, questions: [Question], seed: UInt64, scale: (_ channel: Int) -> Double = { _ in 1 }
    ) throws(ExperimentError) -> ErrorSum {
        var sum = ErrorSum()
        // In parts, for the distributions of thousands of series at hundreds of times would fill the memory.
        for start in stride(from: 0, to: questions.count, by: Self.questionsAtOnce) {
            let part = questions[start..<min(start + Self.questionsAtOnce, questions.count)]
            let queries = part.map { question in
                SeriesQuery(context: question.seen, origin: question.origin, times: question.answers.times)
            }
            let predictions: [PredictiveSeries]
            do {
                predictions = try model.predict(
                    queries, sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            } catch {
                throw .solver(error)
            }
            for (question, prediction) in zip(part, predictions) {
                question.forEachAnswer { index, channel, value in
                    let distribution = prediction[index / prediction.channels.count, channel]
                    sum.add(
                        error: (distribution.mean - value) * scale(channel),
                        isCovered: distribution.covers(value, level: 0.8))
                }
            }
        }
        return sum
    }

    private static let questionsAtOnce = 64

    /// Adds the scores of Lode, without and with the local correction, and of the baselines to a setting.
    ///
    /// - Parameters:
    ///   - observed: the same questions with noisy answers, on which bands are judged; nil where the answers are
    ///     observations themselves.
    ///   - figure: the table's figure of a sum of errors.
    func score(
        _ model: TrainedModel, questions: [Question], observed: [Question]? = nil, seed: UInt64, setting: String,
        scale: (_ channel: Int) -> Double = { _ in 1 }, figure: (ErrorSum) -> Double, into scores: inout SeedScores
    ) throws(ExperimentError) {
        let alone = try measured(
            model.withoutCorrection, questions: questions, observed: observed, seed: seed, scale: scale)
        // Where validation chose no correction, both are the same model.
        let corrected =
            model.correction.isActive
            ? try measured(model, questions: questions, observed: observed, seed: seed, scale: scale) : alone
        scores.add(setting, "Lode, latent ODE alone", value: figure(alone.sum), coverage80: alone.coverage)
        scores.add(setting, "Lode, corrected", value: figure(corrected.sum), coverage80: corrected.coverage)
        for baseline in Baseline.allCases {
            let sum = score(baseline, normalization: model.normalization, questions: questions, scale: scale)
            scores.add(setting, baseline.rawValue, value: figure(sum))
        }
    }

    private func measured(
        _ model: TrainedModel, questions: [Question], observed: [Question]?, seed: UInt64,
        scale: (_ channel: Int) -> Double
    ) throws(ExperimentError) -> (sum: ErrorSum, coverage: Double) {
        let sum = try score(model, questions: questions, seed: seed, scale: scale)
        guard let observed else { return (sum, sum.coverage) }
        return (sum, try score(model, questions: observed, seed: seed).coverage)
    }

    /// The same of a baseline.
    func score(
        _ baseline: Baseline, normalization: Normalization, questions: [Question],
        scale: (_ channel: Int) -> Double = { _ in 1 }
    ) -> ErrorSum {
        var sum = ErrorSum()
        for question in questions {
            question.forEachAnswer { index, channel, value in
                let predicted = baseline.predict(
                    channel: channel, at: question.answers.times[index / question.answers.channelCount],
                    seen: question.seen, normalization: normalization)
                sum.add(error: (predicted - value) * scale(channel))
            }
        }
        return sum
    }
}
