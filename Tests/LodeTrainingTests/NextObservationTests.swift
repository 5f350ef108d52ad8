import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTraining
import Testing

@Suite struct NextObservationTests {
    /// A model whose rate is `slope` times a constant latent state, by its logarithm, about 2 for each unit of model time.
    private static func model(slope: Float) throws -> TrainedModel {
        let series = (0..<8).map { number in
            let times = (0..<10).map { Double($0) + 0.05 * Double(number) }
            return ChannelSeries(
                name: "\(number)", times: times, values: times.map { sin($0) + Double(number) },
                mask: times.map { _ in true })
        }
        let data = try TrainingData(series, channels: 1, seed: 1)
        var configuration = LatentODE.Configuration(
            channels: 1, latentDimension: 1, encoderHidden: 4, dynamicsHidden: [3], decoderHidden: [3],
            covariates: data.normalization.covariateCount, relativeTolerance: 1e-5, absoluteTolerance: 1e-6,
            maxSteps: 1_000)
        configuration.intensity = IntensityConfiguration(hidden: [], base: 2)
        let model = LatentODE(configuration)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        for slice in model.layout.slices where ["dynamics", "intensity"].contains(where: slice.name.hasPrefix) {
            for index in 0..<slice.count { parameters.pointer[slice.offset + index] = 0 }
            if slice.name == "intensity.0.weights" { parameters.pointer[slice.offset] = slope }
        }
        return TrainedModel(
            model: model, parameters: parameters, normalization: data.normalization, correction: .none(channels: 1),
            calibration: .none)
    }

    private static func prepared(_ model: TrainedModel) -> PreparedSeries {
        let context = ChannelSeries(name: "x", times: [0, 1, 2], values: [0.1, 0.2, 0.3], mask: [true, true, true])
        return model.prepare(
            context, origin: 0, sampleCount: 32, seed: 3, kernels: Kernels(.best), pool: ThreadPool(threadCount: 1))
    }

    @Test func `a constant rate waits as an exponential distribution does, from whenever`() throws {
        let model = try Self.model(slope: 0)
        let rate = 2 / model.normalization.timeUnit
        for start in [2.0, 3.5] {
            let next = try #require(
                try Self.prepared(model).nextObservation(from: start, probabilities: [0.1, 0.5, 0.9]))
            #expect(abs(next.start - start) < 1e-9)
            for (time, probability) in zip(next.quantiles, [0.1, 0.5, 0.9]) {
                let expected = start - log(1 - probability) / rate
                #expect(abs(try #require(time) - expected) < 1e-3)
            }
            // A ten-thousandth of the chances is left out.
            #expect(abs(try #require(next.mean) - (start + 1 / rate)) < 2e-3 / rate)
        }
    }

    @Test func `that nothing came speaks for the slower of the rates that are possible`() throws {
        let model = try Self.model(slope: 1)
        let series = Self.prepared(model)
        let now = try #require(try series.nextObservation(from: 2, probabilities: [0.5]))
        let later = try #require(try series.nextObservation(from: 8, probabilities: [0.5]))
        #expect(try #require(later.quantiles[0]) - 8 > 1.05 * (try #require(now.quantiles[0]) - 2))
    }

    @Test func `a model without a rate does not tell, and beyond the horizon nobody does`() throws {
        let model = try Self.model(slope: 0)
        var configuration = model.model.configuration
        configuration.intensity = nil
        let plain = LatentODE(configuration)
        let without = TrainedModel(
            model: plain, parameters: ParameterVector<Float>(layout: plain.layout, seed: 1),
            normalization: model.normalization, correction: .none(channels: 1), calibration: .none)
        #expect(try Self.prepared(without).nextObservation(from: 2, probabilities: [0.5]) == nil)
        let rare = try Self.model(slope: 0)
        let bias = try #require(rare.model.layout.slices.first { $0.name == "intensity.0.bias" }).offset
        // A rate of e⁻⁶ · 2 leaves most of the chances beyond the horizon.
        rare.parameters.pointer[bias] = -6
        let next = try #require(try Self.prepared(rare).nextObservation(from: 2, probabilities: [0.001, 0.5]))
        #expect(next.quantiles[0] != nil && next.quantiles[1] == nil && next.mean == nil)
    }
}
