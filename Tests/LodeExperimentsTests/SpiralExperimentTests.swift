import LodeExperiments
import LodeNumerics
import Testing

@Suite struct SpiralExperimentTests {
    @Test(.timeLimit(.minutes(15)))
    func `a quick run follows the curves, better than straight lines between the noisy points`() throws {
        let laboratory = Laboratory(
            kernels: Kernels(.best), pool: ThreadPool(threadCount: 2), clock: { 0 }, report: { _ in })
        let scores = try SpiralExperiment(effort: .quick).scores(seed: 1, in: laboratory)
        func value(_ setting: String, _ method: String) throws -> Double {
            try #require(scores.entries.first { $0.setting == setting && $0.method == method }, "\(setting)").value
        }
        for observed in [30, 50, 100] {
            let window = "\(observed) of 100 points, the window"
            // Straight lines repeat the points' noise of 0.3; what fits a curve through thirty of them is well below it.
            let error = try value(window, "Lode, latent ODE alone")
            let straight = try value(window, "linear-interpolation")
            #expect(error < 0.3 && error < straight, "\(window): \(error)")
            // Beyond the window the last value is some 2.5 away.
            let beyond = "\(observed) of 100 points, the points after the window"
            let forecast = try value(beyond, "Lode, latent ODE alone")
            let last = try value(beyond, "last-value")
            #expect(forecast < last, "\(beyond): \(forecast)")
        }
        #expect(scores.pictures.map(\.name) == ["reconstructions", "latent", "varied"])
        #expect(scores.pictures.allSatisfy { $0.svg.hasPrefix("<svg") && !$0.svg.contains("nan") })
    }
}
