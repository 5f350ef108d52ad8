import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import Testing

@Suite struct PosteriorFlowTests {
    private static let kernels = Kernels<Float>(.best)
    private static let pool = ThreadPool(threadCount: 1)

    private static func model(latent: Int, flow: PosteriorFlowConfiguration?) -> LatentODE {
        var configuration = LatentODE.Configuration(
            channels: 1, latentDimension: latent, encoderHidden: 8, dynamicsHidden: [4], decoderHidden: [2],
            covariates: 0, relativeTolerance: 1e-4, absoluteTolerance: 1e-5, maxSteps: 1_000)
        configuration.posteriorFlow = flow
        return LatentODE(configuration)
    }

    private static func series(_ values: [Float]) -> ObservedSeries {
        ObservedSeries(
            times: values.indices.map { 0.5 * Double($0) }, values: values, mask: values.map { _ in 1 })
    }

    @Test func `a series alone and among others is sampled alike, on either way to its states`() throws {
        let model = Self.model(latent: 3, flow: PosteriorFlowConfiguration(units: 4, hidden: [5]))
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 3)
        let one = Self.series([0.4, -1, 2])
        let times = [0.0, 0.3, 1.2]
        let path = LatentPath(
            of: one, model: model, reach: 2, sampleCount: 4, seed: 7, parameters: parameters, kernels: Self.kernels,
            pool: Self.pool)
        let alone = try path.decoded(at: times)
        let together = try model.trajectories(
            of: [one, Self.series([1, 1])], times: [times, [0]], sampleCount: 4, identities: [0, 1], seed: 7,
            parameters: parameters, kernels: Self.kernels, pool: Self.pool)
        #expect(together[0].outcomes.allSatisfy { $0 == .completed })
        // Steps differ where times do: by the tolerance.
        for (value, other) in zip(alone.means, together[0].means) { #expect(abs(value - other) < 1e-3) }
        let gaussian = model.posterior(of: [one], parameters: parameters, kernels: Self.kernels, pool: Self.pool)
            .samples(4, identities: [0], seed: 7, epoch: .max)
        #expect(try path.states(at: [0]).states != gaussian, "the flow moves samples")
    }

    @Test func `a series without observations has the prior`() throws {
        let none = ObservedSeries(times: [], values: [], mask: [])
        let states = try [PosteriorFlowConfiguration(units: 4, hidden: [5]), nil].map { flow in
            let model = Self.model(latent: 3, flow: flow)
            let path = LatentPath(
                of: none, model: model, reach: 2, sampleCount: 4, seed: 7,
                parameters: ParameterVector<Float>(layout: model.layout, seed: 3), kernels: Self.kernels,
                pool: Self.pool)
            return try path.states(at: [0]).states
        }
        #expect(states[0] == states[1])
    }

    /// The bound per series after training the encoder alone, or a flow that begins with the prior, with y = tanh 2(z − 1) − tanh 2(z + 1) + noise at −1: even
    /// in z, so that the posterior has modes about ±1.
    private func bound(flow: PosteriorFlowConfiguration?) throws -> Double {
        let model = Self.model(latent: 1, flow: flow)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 2)
        for slice in model.layout.slices {
            let values: [Float]
            switch slice.name {
            case "decoder.0.weights": values = [2, 2]
            case "decoder.0.bias": values = [-2, 2]
            case "decoder.1.weights": values = [1, -1]
            case "noise.log": values = [-1.6]
            default:
                let isStill =
                    slice.name.hasPrefix("dynamics") || slice.name == "decoder.1.bias"
                    || (flow != nil && slice.name.hasPrefix("encoder"))
                guard isStill else { continue }
                values = Array(repeating: 0, count: slice.count)
            }
            for (index, value) in values.enumerated() { parameters.pointer[slice.offset + index] = value }
        }
        let examples = (0..<16).map { identity in
            SeriesExample(context: Self.series([-1]), targets: Self.series([-1]), identity: UInt64(identity))
        }
        let adam = Adam(gradientClipNorm: 5)
        var state = Adam.State<Float>(count: parameters.count)
        var gradient = [Float](repeating: 0, count: parameters.count)
        func step(_ epoch: UInt64, samples: Int, klWeight: Double) throws -> EvidenceLowerBound {
            try model.gradient(
                of: examples, objective: Objective(sampleCount: samples, klWeight: klWeight), seed: 1, epoch: epoch,
                parameters: parameters, into: &gradient, kernels: Self.kernels, pool: Self.pool)
        }
        for epoch in 0..<900 {
            // Close to the prior at first, so that no mode is lost before the other is seen.
            _ = try step(UInt64(epoch), samples: 4, klWeight: max(1, 8 * (1 - Double(epoch) / 500)))
            for slice in model.layout.slices where !slice.name.hasPrefix(flow == nil ? "encoder" : "flow") {
                for index in 0..<slice.count { gradient[slice.offset + index] = 0 }
            }
            try gradient.withUnsafeMutableBufferPointer { gradient in
                let base = try #require(gradient.baseAddress)
                _ = adam.update(
                    parameters, gradient: base, learningRate: epoch < 700 ? 0.01 : 0.002, state: &state,
                    kernels: Self.kernels)
            }
        }
        let result = try step(10_000, samples: 128, klWeight: 1)
        #expect(result.unfinishedTrajectories == 0)
        return (result.logLikelihood - result.klDivergence) / 16
    }

    @Test func `where the posterior has two modes, a flow's bound is nearer the evidence`() throws {
        // log ∫ p(y | z) N(z) dz, by the midpoint rule.
        let noise = GaussianNoise.standardDeviation(-1.6)
        let evidence = stride(from: -6.0, to: 6, by: 0.001).reduce(0) { sum, z in
            let y = tanh(2 * (z - 1)) - tanh(2 * (z + 1))
            return sum + 0.001 * exp(-0.5 * ((-1 - y) / noise) * ((-1 - y) / noise) - 0.5 * z * z) / (2 * .pi * noise)
        }
        let gaussian = try bound(flow: nil)
        let flow = try bound(flow: PosteriorFlowConfiguration(units: 8, hidden: [8]))
        // One mode of two misses log 2 = 0.69 nats. The bounds' means over 2,048 samples are good to some 0.02.
        #expect(gaussian < log(evidence) - 0.5)
        #expect(flow < log(evidence) + 0.05)
        #expect(flow > log(evidence) - 0.35)
    }
}
