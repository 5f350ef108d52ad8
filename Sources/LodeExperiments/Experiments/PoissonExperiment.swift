internal import Foundation
internal import LodeModels
internal import LodeNumerics
internal import LodePictures
internal import LodeSolvers
internal import LodeTraining

/// Section 5.2 of the neural ODE paper: observation times as an inhomogeneous Poisson process.
public struct PoissonExperiment: ReportExperiment {
    /// How much and how long.
    private struct Sizes {
        var series: Int
        var epochs: Int
        var batchSize: Int
    }

    private let sizes: Sizes

    /// The experiment.
    public init(effort: Effort) {
        sizes =
            effort == .quick
            ? Sizes(series: 90, epochs: 60, batchSize: 6) : Sizes(series: 300, epochs: 1_200, batchSize: 20)
    }

    /// The name `poisson`.
    public let name = "poisson"
    /// Figure 7.
    public let title = "observation times as an inhomogeneous Poisson process"
    /// The paper, which prints a picture.
    public let source = "Chen et al. 2018, arXiv:1806.07366, section 5.2, figure 7 (a picture; no figures are printed)."

    /// The choices.
    public var notes: [String] {
        [
            "\(sizes.series) series of events on 48 hours, about 145 each, with a noisy mark of log λ: two thirds train, a sixth "
                + "validate, a sixth test. The paper does not describe its data.",
            "With the term: the ELBO has Σ log λ(tᵢ) − ∫ λ dt beside the likelihood of the marks. Without it: the same model, seeds "
                + "and epochs (\(sizes.epochs)) without a rate. The 48 hours are 20 of model time, where others have "
                + "5, and targets reach to their end after half of the epochs only.",
            "Error of the rate: ∫ |λ̂ − λ| / ∫ λ, over all test series. “Seen whole”: the encoder reads all 48 hours. “Second half”: "
                + "it reads the first 24, and the rate of the others counts.",
            "The constant rate is that of the training series. The kernel estimate is of the series' own events, with a "
                + "normal kernel whose width is the best of nine for the test series: more than anybody could know.",
            "exp(mark): what the model without the term says of the marks is log λ, for this set was made so; elsewhere marks say "
                + "nothing of a rate.",
        ]
    }

    // MARK: - Runs

    /// One seed's figures.
    private struct Run {
        var rateErrors: [Double] = []
        var logLikelihoods: [Double] = []
        var markErrors: [Double] = []
    }

    private static let step = 0.1
    private static let grid = (0...480).map { step * Double($0) }
    private static let methods = ["with the term", "constant rate", "kernel estimate", "exp(mark), without the term"]
    private static let tasks = ["seen whole", "second half"]

    /// Trains with and without the term.
    public func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings {
        var runs: [Run] = []
        var pictures: [ReportPicture] = []
        for seed in seeds {
            let (run, picture) = try run(seed: seed, in: laboratory)
            runs.append(run)
            if pictures.isEmpty { pictures.append(picture) }
        }
        func row(_ words: [String], _ figure: (Run) -> [Double], count: Int) -> [ReportTable.Cell] {
            words.map { .text($0) } + (0..<count).map { column in Self.cell(runs.map { figure($0)[column] }) }
        }
        let rates = ReportTable(
            title: "Error of the recovered rate",
            columns: [.init("task")] + Self.methods.map { .init($0, unit: "%") },
            rows: Self.tasks.indices.map { task in
                row([Self.tasks[task]], { Array($0.rateErrors[4 * task..<4 * task + 4]) }, count: 4)
            })
        let likelihoods = ReportTable(
            title: "Log-likelihood of the times",
            columns: [.init("task")]
                + ["with the term", "constant rate", "the true rate"].map { .init($0, unit: "nats an event") },
            rows: Self.tasks.indices.map { task in
                row([Self.tasks[task]], { Array($0.logLikelihoods[3 * task..<3 * task + 3]) }, count: 3)
            })
        let marks = ReportTable(
            title: "RMSE of hidden marks, whose noise is 0.1",
            columns: [.init("task"), .init("with the term"), .init("without it")],
            rows: ["a random 30 % hidden", "second half"].enumerated().map { task, words in
                row([words], { Array($0.markErrors[2 * task..<2 * task + 2]) }, count: 2)
            })
        return ExperimentFindings(tables: [rates, likelihoods, marks], pictures: pictures)
    }

    /// Figures that nobody has are left out.
    private static func cell(_ values: [Double]) -> ReportTable.Cell {
        values.allSatisfy(\.isFinite) ? .seeds(values) : .empty
    }

    private func run(
        seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> (run: Run, picture: ReportPicture) {
        let set = PoissonSet(seed: seed)
        let series = (0..<sizes.series).map { set.series($0) }
        let training = 0..<sizes.series * 2 / 3
        let split = DataSplit(
            training: Array(training), validation: Array(training.upperBound..<sizes.series * 5 / 6),
            test: Array(sizes.series * 5 / 6..<sizes.series))
        var recipe = Recipe(
            latent: 8, encoderHidden: 48, hidden: 48, epochs: sizes.epochs, batchSize: sizes.batchSize,
            learningRate: 0.005)
        // The shorter wave turns seven times in 48 hours: of a trajectory that is to turn about once in 5 it is not found, and
        // of whole series from the first epoch on neither.
        recipe.modelSpan = 20
        recipe.horizonGrowth = sizes.epochs / 2
        let shown = split.training.map { series[$0] }
        let normalization = Normalization(trainingOn: shown, channels: 1).adapted(span: recipe.modelSpan)
        let data: TrainingData
        do {
            data = try TrainingData(series, split: split, normalization: normalization, tasks: EveryTask())
        } catch {
            throw .training(error)
        }
        let without = try laboratory.train(data, recipe: recipe, seed: seed, label: "without the term")
        let events = shown.reduce(0) { $0 + $1.times.count }
        let hourly = Double(events) / (PoissonSet.end * Double(shown.count))
        recipe.usualRate = hourly * data.normalization.timeUnit
        let with = try laboratory.train(data, recipe: recipe, seed: seed, label: "with the term")

        var run = Run()
        var pictured: [(index: Int, whole: [Double], half: [Double])] = []
        for task in Self.tasks.indices {
            let start = task == 0 ? 0 : PoissonSet.end / 2
            let seen = split.test.map { index in
                task == 0 ? series[index] : series[index].filtered { series[index].times[$0] < start }
            }
            let rates = try predictions(
                with, seen: seen, whole: split.test.map { series[$0] }, seed: seed, in: laboratory
            )
            .map(\.intensities)
            let marks = try predictions(
                without, seen: seen, whole: split.test.map { series[$0] }, seed: seed, in: laboratory
            ).map { prediction in Self.grid.indices.map { exp(prediction[$0, 0].mean) } }
            let truth = split.test.map { index in Self.grid.map { exp(set.rate(index).logarithm(at: $0)) } }
            let constant = truth.map { $0.map { _ in hourly } }
            run.rateErrors += [rates, constant].map { 100 * Self.error($0, truth, from: start) }
            run.rateErrors.append(
                task == 0
                    ? 100
                        * (Self.widths.map { width in
                            Self.error(seen.map { Self.smoothed($0.times, width: width) }, truth, from: start)
                        }.min() ?? .nan) : .nan)
            run.rateErrors.append(100 * Self.error(marks, truth, from: start))
            let times = split.test.map { index in series[index].times.filter { $0 >= start } }
            run.logLikelihoods += [rates, constant, truth].map { Self.logLikelihood($0, times: times, from: start) }
            if task == 0 {
                pictured = split.test.prefix(3).indices.map { (split.test[$0], rates[$0], []) }
            } else {
                for index in pictured.indices { pictured[index].half = rates[index] }
            }
        }
        for model in [with, without] {
            run.markErrors.append(try markError(model, .interpolation, split, series, seed, laboratory))
        }
        for model in [with, without] {
            run.markErrors.append(try markError(model, .extrapolation, split, series, seed, laboratory))
        }
        return (run, picture(pictured, set: set))
    }

    private func predictions(
        _ model: TrainedModel, seen: [ChannelSeries], whole: [ChannelSeries], seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> [PredictiveSeries] {
        do {
            return try model.predict(
                zip(seen, whole).map { seen, whole in
                    SeriesQuery(context: seen, origin: model.normalization.origin(of: whole), times: Self.grid)
                }, sampleCount: laboratory.sampleCount, seed: seed, kernels: laboratory.kernels, pool: laboratory.pool)
        } catch {
            throw .solver(error)
        }
    }

    private func markError(
        _ model: TrainedModel, _ task: ContextSampler.Task, _ split: DataSplit, _ series: [ChannelSeries],
        _ seed: UInt64, _ laboratory: Laboratory
    ) throws(ExperimentError) -> Double {
        let questions = split.test.compactMap { index -> Question? in
            let one = series[index]
            let random = CounterRandom(seed: seed, path: 0x6D61_726B, UInt64(index))
            let seen: [Bool]?
            switch task {
            case .interpolation:
                seen = ContextSampler.evaluation(task, count: one.times.count, repetition: 0, random: random)
            case .extrapolation: seen = one.times.map { $0 < PoissonSet.end / 2 }
            }
            guard let seen else { return nil }
            return Question(
                seen: one.filtered { seen[$0] }, answers: one.filtered { !seen[$0] },
                origin: model.normalization.origin(of: one))
        }
        return try laboratory.score(model, questions: questions, seed: seed).rootMeanSquare
    }

    // MARK: - Rates

    private static let widths = [0.2, 0.3, 0.45, 0.65, 1, 1.5, 2.2, 3.3, 5]

    /// A normal kernel's estimate on the grid, its mass beyond the ends given back.
    private static func smoothed(_ times: [Double], width: Double) -> [Double] {
        grid.map { time in
            let sum = times.reduce(0) { $0 + exp(-0.5 * (($1 - time) / width) * (($1 - time) / width)) }
            let inside =
                0.5
                * (erf((PoissonSet.end - time) / (width * 2.0.squareRoot())) + erf(time / (width * 2.0.squareRoot())))
            return sum / (width * (2 * .pi).squareRoot() * inside)
        }
    }

    private static func integral(_ values: [Double], from start: Double) -> Double {
        let first = Int((start / step).rounded())
        return step * (values[first...].reduce(0, +) - 0.5 * (values[first] + values[values.count - 1]))
    }

    /// ∫ |λ̂ − λ| / ∫ λ over all series.
    private static func error(_ rates: [[Double]], _ truth: [[Double]], from start: Double) -> Double {
        let differences = zip(rates, truth).map { rate, exact in
            integral(zip(rate, exact).map { abs($0 - $1) }, from: start)
        }
        return differences.reduce(0, +) / truth.reduce(0) { $0 + integral($1, from: start) }
    }

    /// In nats for each event; rates between the grid's points lie on straight lines.
    private static func logLikelihood(_ rates: [[Double]], times: [[Double]], from start: Double) -> Double {
        var sum = 0.0
        for (rate, own) in zip(rates, times) {
            for time in own {
                let place = min(Int(time / step), grid.count - 2)
                let share = time / step - Double(place)
                sum += log(max(rate[place] + share * (rate[place + 1] - rate[place]), .leastNormalMagnitude))
            }
            sum -= integral(rate, from: start)
        }
        return sum / Double(max(times.reduce(0) { $0 + $1.count }, 1))
    }

    private func picture(
        _ series: [(index: Int, whole: [Double], half: [Double])], set: PoissonSet
    ) -> ReportPicture {
        let frames = series.enumerated().map { number, one in
            let truth = Self.grid.map { exp(set.rate(one.index).logarithm(at: $0)) }
            let highest = (truth + one.whole + one.half).filter(\.isFinite).reduce(1, max)
            var frame = PictureFrame(
                title: "Events an hour, test series \(number + 1)", width: 760, height: 260,
                x: PictureFrame.Axis(0...PoissonSet.end, count: 8, title: "hours"),
                y: PictureFrame.Axis(-0.08 * highest...1.08 * highest, count: 4))
            frame.dots(
                set.series(one.index).times.map { (x: $0, y: -0.04 * highest) }, .black, legend: "events")
            frame.line(Self.grid, truth, .gray, width: 2, dashed: true, legend: "true rate")
            frame.line(Self.grid, one.whole, .blue, legend: "recovered, all seen")
            frame.line(
                Self.grid.filter { $0 >= PoissonSet.end / 2 },
                zip(Self.grid, one.half).filter { $0.0 >= PoissonSet.end / 2 }.map(\.1), .orange,
                legend: "forecast from the first 24 hours")
            return frame
        }
        return ReportPicture(
            name: "rates", caption: "Events, their true rate and the recovered one, as figure 7 of the paper.",
            svg: PictureSheet(title: "", columns: 1, frames: frames).svg)
    }
}
