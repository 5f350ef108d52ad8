import Foundation
import LodeModels
import LodeNumerics
import LodeSolvers
import LodeTraining
import Testing

/// Predictions of a model trained for a moment, which is enough to have a correction and a calibration.
@Suite struct PredictionTests {
    private static let kernels = Kernels<Float>(.best)
    private static let pool = ThreadPool(threadCount: 1)

    private static func trained(_ change: (inout TrainingPlan) -> Void = { _ in }) throws -> (
        model: TrainedModel, data: TrainingData
    ) {
        let data = try TrainingData((0..<40).map { wave($0, count: 16) }, channels: 1, seed: 3)
        var plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 60))
        change(&plan)
        var trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: plan.options, kernels: kernels, pool: pool)
        while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
        return (try trainer.finish(), data)
    }

    /// A noisy wave; a longer one of the same number begins with the shorter one.
    private static func wave(_ number: Int, count: Int) -> ChannelSeries {
        let random = CounterRandom(seed: 60, stream: UInt64(number))
        let times = (0..<count).map { Double($0) + 0.8 * random.uniform(UInt64(1_000_000 + $0)) }
        let phase = 6 * random.uniform(100)
        return ChannelSeries(
            name: "\(number)", times: times,
            values: times.map { 10 + 3 * sin(0.4 * $0 + phase) + 0.2 * random.normal(UInt64(1_000 * $0)) },
            mask: times.map { _ in true })
    }

    private func predict(_ model: TrainedModel, _ series: ChannelSeries, at times: [Double]) throws
        -> [PredictiveDistribution]
    {
        let answer = try model.predict(
            [SeriesQuery(context: series, origin: model.normalization.origin(of: series), times: times)],
            sampleCount: 16, seed: 1, kernels: Self.kernels, pool: Self.pool)[0]
        return times.indices.flatMap { time in answer.channels.map { $0[time] } }
    }

    @Test(arguments: [ObservationFamily.gaussian, .studentT], NoiseModel.allCases)
    func `bands never narrow beyond the trained horizon, before or after`(
        family: ObservationFamily, noise: NoiseModel
    ) throws {
        let (model, data) = try Self.trained { plan in
            plan.configuration.families = [family]
            plan.configuration.noise = noise
        }
        #expect(model.calibration != .none)
        let horizon = model.normalization.trainedHorizon * model.normalization.timeUnit
        for series in data.series(data.split.test) {
            let short = series.filtered { $0 < 9 }
            let origin = model.normalization.origin(of: short)
            for direction in [1.0, -1] {
                let start = direction > 0 ? origin + horizon : min(origin, short.times[0])
                let times = (0...100).map { start + direction * 0.7 * Double($0) }
                let bands = try predict(model, short, at: times)
                for level in [0.5, 0.8, 0.95] {
                    let widths = bands.dropFirst().map { band in
                        let ends = band.quantiles([0.5 - 0.5 * level, 0.5 + 0.5 * level])
                        return ends[1] - ends[0]
                    }
                    #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 <= $1 * (1 + 1e-9) })
                    #expect(widths.allSatisfy { $0.isFinite })
                }
            }
        }
    }

    /// Shows the first 16 times and asks for those that follow.
    private struct LaterTasks: TaskDesign {
        func training(times: [Double], random: CounterRandom) -> TimeRoles {
            EveryTask().training(times: times, random: random)
        }

        func validation(
            _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
        ) -> TimeRoles? {
            guard task == .extrapolation else { return nil }
            let seen = times.indices.map { $0 < 16 }
            return TimeRoles(seen: seen, scored: seen.map { !$0 })
        }
    }

    @Test func `where validation series go on beyond training, bands there cover what they claim`() throws {
        let (model, _) = try Self.trained()
        let trained = model.normalization.trainedHorizon
        // Series of the training's length show nothing beyond it, but for the last of them.
        #expect(model.calibration.validatedHorizon < trained + 0.1)
        let calibrated = try Calibrator(
            series: (100..<140).map { Self.wave($0, count: 30) }, design: LaterTasks(), seed: 1
        ).fitted(model, kernels: Self.kernels, pool: Self.pool)
        let validated = calibrated.calibration.validatedHorizon
        #expect(validated > 1.6 * trained)
        let unit = calibrated.normalization.timeUnit
        var covered = 0
        var count = 0
        for number in 200..<300 {
            let whole = Self.wave(number, count: 60)
            let short = whole.filtered { $0 < 16 }
            let origin = model.normalization.origin(of: short)
            let later = whole.times.indices.filter { $0 >= 16 && whole.times[$0] < origin + validated * unit }
            let bands = try predict(calibrated, short, at: later.map { whole.times[$0] })
            covered += zip(later, bands).count { $1.covers(whole.values[$0], level: 0.8) }
            count += later.count
            // Beyond what validation has shown, bands never narrow.
            guard number < 220 else { continue }
            let far = try predict(
                calibrated, short, at: (0...20).map { origin + (validated + 0.001 + 0.3 * Double($0)) * unit })
            let widths = far.map(\.standardDeviation)
            #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 <= $1 * (1 + 1e-9) })
        }
        // Values of a wave err together: 100 waves of some 13 values, and 40 to calibrate on, leave a standard error of 0.04.
        #expect(count > 1_000)
        #expect(abs(Double(covered) / Double(count) - 0.8) < 0.12, "\(covered) of \(count)")
    }

    @Test func `an answer does not depend on what else is asked`() throws {
        let (model, data) = try Self.trained()
        let series = data.all[0].filtered { $0 < 10 }
        let times = [3.3, 11, 25, 60, -4]
        let together = try predict(model, series, at: times)
        for (index, time) in times.enumerated() {
            let alone = try predict(model, series, at: [time])[0]
            // The solver's steps differ with the end of the solve: by its tolerance.
            #expect(abs(alone.mean - together[index].mean) < 0.02)
            #expect(abs(alone.standardDeviation / together[index].standardDeviation - 1) < 0.02)
        }
    }

    @Test(arguments: [ObservationFamily.gaussian, .studentT], [false, true])
    func `a solve that is given up leaves an undefined answer and no trap`(
        family: ObservationFamily, isDecoded: Bool
    ) throws {
        let (model, data) = try Self.trained { plan in
            plan.configuration.families = [family]
            plan.configuration.noise = isDecoded ? .point : .channel
        }
        #expect(model.calibration != .none)
        var configuration = model.model.configuration
        configuration.maxSteps = 1
        let hurried = TrainedModel(
            model: LatentODE(configuration), parameters: model.parameters, normalization: model.normalization,
            correction: model.correction, calibration: model.calibration)
        let series = data.all[0]
        let query = SeriesQuery(
            context: series.filtered { $0 < 8 }, origin: hurried.normalization.origin(of: series),
            times: [3.3, 12, 60, -40])
        let answer = try hurried.predict(
            [query], sampleCount: 4, seed: 1, kernels: Self.kernels, pool: Self.pool)[0]
        #expect(answer.outcomes.contains { $0 != .completed })
        let far = answer[2, 0]
        #expect(!far.isDefined && far.mean.isNaN && far.standardDeviation.isNaN)
        #expect(far.quantiles([0.1, 0.5, 0.9]).allSatisfy { $0.isNaN })
        // The evaluation and the calibration meet such answers too.
        let evaluator = Evaluator(model: hurried, kernels: Self.kernels, pool: Self.pool, sampleCount: 4)
        let report = try #require(
            try evaluator.evaluate(
                .extrapolation, test: data.series(data.split.test), training: data.series(data.split.training), seed: 1)
        )
        #expect(report.scores[0].overall.meanSquaredError.isNaN)
        let refitted = try Calibrator(series: data.series(data.split.validation), seed: 1).fitted(
            hurried, kernels: Self.kernels, pool: Self.pool)
        #expect(!refitted.correction.isActive)
    }

    @Test func `counts and binary values are predicted as such`() throws {
        let series = (0..<20).map { number in
            let random = CounterRandom(seed: 61, stream: UInt64(number))
            let times = (0..<12).map { Double($0) }
            return ChannelSeries(
                name: "\(number)", times: times,
                values: times.indices.flatMap { [Double(random.integer(UInt64($0), below: 9)), Double($0 % 2)] },
                mask: times.flatMap { _ in [true, true] })
        }
        let data = try TrainingData(series, channels: 2, seed: 3)
        var plan = TrainingPlan(for: data, seed: 3, wishes: .init(maxEpochs: 10))
        for families in [
            [ObservationFamily.poisson(base: 4), .bernoulli(logit: 0)],
            [.negativeBinomial(base: 4), .bernoulli(logit: 0)],
        ] {
            plan.configuration.families = families
            var trainer = try Trainer(
                data: data, model: LatentODE(plan.configuration), options: plan.options, kernels: Self.kernels,
                pool: Self.pool)
            while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
            let model = try trainer.finish()
            #expect(!model.correction.isActive)
            for distribution in try predict(model, data.all[0], at: [2.5, 40]) {
                #expect(!distribution.isLocationScale)
                #expect(
                    distribution.quantile(0.9) >= 0
                        && distribution.quantile(0.9).rounded() == distribution.quantile(0.9))
            }
        }
    }
}
