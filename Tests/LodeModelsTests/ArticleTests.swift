import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

/// The code of the catalogue's articles, compiled and run.
@Suite struct ArticleTests {
    @Test func `every block of code of the articles stands in this file`() throws {
        let found = try ArticleCode.blocks(ofCatalogueOf: "LodeModels", missingIn: #filePath)
        #expect(found.count == 5)
        #expect(found.missing == [])
    }

    @Test func `a model learns waves and forecasts one`() throws {
        let kernels = Kernels<Float>(.best)
        let pool = ThreadPool(threadCount: 2)
        let epochs = 120
        var losses: [Double] = []

        let model = LatentODE(
            LatentODE.Configuration(
                channels: 1, latentDimension: 4, encoderHidden: 16, dynamicsHidden: [16], decoderHidden: [16],
                covariates: 0,
                relativeTolerance: 1e-3, absoluteTolerance: 1e-4, maxSteps: 1_000))
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)

        let examples = (0..<16).map { number in
            let times = (0..<12).map { 0.25 * Double($0) + 0.01 * Double(number) }
            let values = times.map { Float(sin(2 * $0 + Double(number))) }
            let all = ObservedSeries(times: times, values: values, mask: times.map { _ in 1 })
            return SeriesExample(context: all.filtered { $0 % 2 == 0 }, targets: all, identity: UInt64(number))
        }

        let adam = Adam(gradientClipNorm: 5)
        var state = Adam.State<Float>(count: parameters.count)
        var gradient = [Float](repeating: 0, count: parameters.count)
        for epoch in 0..<epochs {
            let bound = try model.gradient(
                of: examples, objective: Objective(sampleCount: 1, klWeight: 0.1), seed: 1, epoch: UInt64(epoch),
                parameters: parameters, into: &gradient, kernels: kernels, pool: pool)
            losses.append(bound.loss)
            _ = adam.update(parameters, gradient: &gradient, learningRate: 0.01, state: &state, kernels: kernels)
        }
        let (first, last) = (try #require(losses.first), try #require(losses.last))
        #expect(last < 0.5 * first, "\(first) \(last)")

        let forecast = try model.trajectories(
            of: [examples[3].context], times: [[0.5, 2.9, 1.1]], sampleCount: 32, identities: [3], seed: 1,
            parameters: parameters, kernels: kernels, pool: pool)
        let medians = (0..<3).map { time in
            (0..<32).map { forecast[0].means[$0 * 3 + time] }.sorted()[16]
        }
        #expect(medians.allSatisfy { abs($0) < 3 }, "\(medians)")
    }

    @Test func `a model of richer parts has their parameters`() {
        var configuration = LatentODE.Configuration(
            channels: 2, latentDimension: 6, encoderHidden: 24, encoderTransition: .decay, dynamicsHidden: [24],
            decoderHidden: [24], covariates: 0, relativeTolerance: 1e-3, absoluteTolerance: 1e-4, maxSteps: 1_000)
        configuration.families = [.gaussian, .poisson(base: 3)]
        configuration.noise = .point
        configuration.intensity = IntensityConfiguration(hidden: [16], base: 2)
        configuration.head = HeadConfiguration(target: .probability, source: .initialState, hidden: [16])
        let rich = LatentODE(configuration)
        let names = Set(rich.layout.slices.map { $0.name.prefix { $0 != "." } })
        #expect(names == ["encoder", "dynamics", "decoder", "noise", "intensity", "head"])
    }
}
