import Foundation
import LodeExperiments
import LodeNumerics
import LodeTraining
import Testing

@Suite struct PoissonExperimentTests {
    @Test func `events come at the rate that is said of them, with its logarithm as their marks`() {
        let set = PoissonSet(seed: 5)
        var events = 0.0
        var expected = 0.0
        var squares = 0.0
        var early = 0.0
        var expectedEarly = 0.0
        for index in 0..<200 {
            let rate = set.rate(index)
            let series = set.series(index)
            events += Double(series.times.count)
            early += Double(series.times.count { $0 < 10 })
            for step in 0..<480 {
                let time = 0.1 * (Double(step) + 0.5)
                let share = 0.1 * exp(rate.logarithm(at: time))
                expected += share
                if time < 10 { expectedEarly += share }
            }
            for (time, mark) in zip(series.times, series.values) {
                let error = mark - rate.logarithm(at: time)
                squares += error * error
            }
            #expect(series.times == series.times.sorted() && series.times.allSatisfy { (0..<48).contains($0) })
        }
        let variance = squares / events
        // Counts have the variance of their mean; four deviations.
        #expect(abs(events - expected) < 4 * expected.squareRoot())
        #expect(abs(early - expectedEarly) < 4 * expectedEarly.squareRoot())
        #expect(abs(variance / (PoissonSet.noise * PoissonSet.noise) - 1) < 4 * (2 / events).squareRoot())
        #expect(set.series(3) == PoissonSet(seed: 5).series(3) && set.series(3) != PoissonSet(seed: 6).series(3))
    }

    @Test(.timeLimit(.minutes(5)))
    func `a quick run recovers more of the rate than a constant has`() throws {
        let laboratory = Laboratory(
            kernels: Kernels(.best), pool: ThreadPool(threadCount: 2), clock: { 0 }, report: { _ in })
        let report = try PoissonExperiment(effort: .quick).report(
            seeds: [1], command: "lode reproduce poisson", in: laboratory)
        func figures(_ table: Int, _ row: Int) -> [Double] {
            report.tables[table].rows[row].compactMap { cell in
                if case .seeds(let values) = cell { return values[0] }
                return nil
            }
        }
        for task in 0..<2 {
            // A constant misses some 72 % of the rate's mass, a long training of 300 series 36 %; what minutes learn lies between.
            let errors = figures(0, task)
            #expect(errors[0] < 0.9 * errors[1] && errors[0] > 0)
            // On some 1,000 events a rate can pass for better than the true one by chance: 0.1 nats.
            let times = figures(1, task)
            #expect(times[0] > times[1] && times[0] < times[2] + 0.1)
        }
        // A straight guess of the mean has the marks' deviation, 0.95.
        #expect(figures(2, 0).allSatisfy { $0 < 0.5 } && figures(2, 1).allSatisfy { $0 < 1.2 })
        #expect(report.pictures.map(\.name) == ["rates"])
    }
}
