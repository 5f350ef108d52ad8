import Foundation
import LodeModels
import LodeNumerics
import LodeTraining
import Testing

/// One long series, cut into windows.
@Suite struct SeriesWindowsTests {
    /// A sine of period 10 with noise, at irregular times.
    private static func long(count: Int) -> ChannelSeries {
        let random = CounterRandom(seed: 70, stream: 0)
        let times = (0..<count).map { Double($0) + 0.6 * random.uniform(UInt64($0)) }
        let values = times.enumerated().map { sin(0.2 * .pi * $1) + 0.1 * random.normal(UInt64(10_000 + $0)) }
        return ChannelSeries(
            name: "long", times: times, values: values, mask: Array(repeating: true, count: count))
    }

    @Test func `the earlier part trains, and what tests is the latest`() throws {
        let data = try TrainingData([Self.long(count: 1_000)], channels: 1, seed: 1)
        let end = { (indices: [Int]) in data.series(indices).map { $0.times[$0.times.count - 1] }.max() ?? 0 }
        let start = { (indices: [Int]) in data.series(indices).map { $0.times[0] }.min() ?? 0 }
        #expect(end(data.split.training) < start(data.split.validation))
        #expect(end(data.split.validation) < start(data.split.test))
        #expect(data.split.training.count >= 10)
        #expect(data.normalization.timeOrigin == .firstObservation)
    }

    @Test func `every time is asked of a window that holds it, whatever their order`() throws {
        let series = Self.long(count: 1_000)
        let data = try TrainingData([series], channels: 1, seed: 1)
        let windows = try #require(data.normalization.windows)
        let times = [-5.0, 999, 0.5, 1_020, 500, 250.5, 501, 998]
        let (queries, places, _) = windows.queries(series, times: times, normalization: data.normalization)
        for (time, place) in zip(times, places) {
            let query = queries[place.query]
            #expect(query.times[place.position] == time)
            #expect(query.context.times[query.context.times.count - 1] - query.context.times[0] <= windows.span)
            if time >= 0, time <= 999 {
                #expect(query.context.times.contains { abs($0 - time) < 2 })
            } else if time > 999 {
                #expect(query.context.times.last == series.times.last)
            }
        }
    }

    @Test func `windows outlast being stored`() throws {
        let normalization = try TrainingData([Self.long(count: 1_000)], channels: 1, seed: 1).normalization
        #expect(normalization.windows != nil)
        let stored = try JSONEncoder().encode(normalization)
        #expect(try JSONDecoder().decode(Normalization.self, from: stored) == normalization)
    }

    @Test func `times that are far away or no numbers ask a window too`() throws {
        let series = Self.long(count: 1_000)
        let data = try TrainingData([series], channels: 1, seed: 1)
        let windows = try #require(data.normalization.windows)
        let times = [-1e300, .nan, -.infinity, 1e300, .infinity]
        let (queries, places, newest) = windows.queries(series, times: times, normalization: data.normalization)
        #expect(places.map(\.query) == [0, 0, 0, newest, newest])
        #expect(queries[0].context.times[0] == series.times[0])
        #expect(queries[newest].context.times.last == series.times.last)
    }

    @Test func `what is said of the whole series is said of its newest window, whatever is asked`() throws {
        let series = Self.long(count: 1_000)
        let data = try TrainingData([series], channels: 1, seed: 1)
        let windows = try #require(data.normalization.windows)
        for times in [[], [990.0, 12], [12, 990], [12, 700]] {
            let (queries, places, newest) = windows.queries(series, times: times, normalization: data.normalization)
            #expect(queries[newest].context.times.last == series.times.last)
            let answers = queries.indices.map { query in
                PredictiveSeries(
                    channels: [
                        .separate(queries[query].times.map { .gaussian(means: [$0], deviations: [1]) })
                    ], outcomes: [],
                    intensities: [], outcome: Double(query))
            }
            let merged = PredictiveSeries(merging: answers, places: places, newest: newest)
            #expect(merged.outcome == Double(newest))
            #expect(times.indices.map { merged[$0, 0].mean } == times)
        }
    }

    @Test func `a long sine is forecast from its newest window`() throws {
        let kernels = Kernels<Float>(.best)
        let pool = ThreadPool(threadCount: 2)
        let series = Self.long(count: 600)
        let data = try TrainingData([series], channels: 1, seed: 1, windowTimes: 24)
        let plan = TrainingPlan(for: data, seed: 1, wishes: .init(maxEpochs: 600))
        var trainer = try Trainer(
            data: data, model: LatentODE(plan.configuration), options: plan.options, kernels: kernels, pool: pool)
        while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
        let model = try trainer.finish()
        let windows = try #require(model.normalization.windows)
        let asked = [300.0, 300.4, 601, 603, 606]
        let (queries, places, _) = windows.queries(series, times: asked, normalization: model.normalization)
        let answers = try model.predict(queries, sampleCount: 32, seed: 1, kernels: kernels, pool: pool)
        for (time, place) in zip(asked, places) {
            let expected = sin(0.2 * .pi * time)
            #expect(abs(answers[place.query][place.position, 0].mean - expected) < 0.35, "at \(time)")
        }
    }

    @Test func `a short single series says why it cannot train`() {
        #expect(throws: TrainingError.tooFewSeries(found: 0, needed: 3)) {
            try TrainingData([], channels: 1, seed: 1)
        }
        let error = #expect(throws: TrainingError.self) {
            try TrainingData([Self.long(count: 10)], channels: 1, seed: 1)
        }
        guard case .tooFewWindows(series: 1, times: 10, windows: _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
