import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics

extension ModelCases {
    /// Writes what another framework needs to do the same step, and what Lode makes of it, as a safetensors file.
    ///
    /// Tensors: the parameters under `parameter.`, their gradient under `gradient.`, `times` [B, T], `values` [B, T, C],
    /// `noise` [B, L] (the ε of z(0) = mean + deviation · ε) and `loss` [1].
    func writeAgreement(name: String, _ shape: Shape, to folder: String) throws {
        let model = Self.model(shape)
        let all = Self.series(shape, end: 5)
        let examples = all.enumerated().map { SeriesExample(context: $1, targets: $1, identity: UInt64($0)) }
        let kernels = Kernels<Float>(instructionSet)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        let gradient = AlignedBuffer<Float>(count: model.layout.count)
        let bound = try model.gradient(
            of: examples, objective: Objective(sampleCount: 1, klWeight: 1), seed: 1, epoch: 1,
            parameters: parameters, into: gradient.pointer, kernels: kernels, pool: pool)
        let posterior = model.posterior(of: all, parameters: parameters, kernels: kernels, pool: pool)
        let states = posterior.samples(1, identities: examples.map(\.identity), seed: 1, epoch: 1)
        let noise = states.indices.map {
            (states[$0] - posterior.means[$0]) / exp(0.5 * posterior.logVariances[$0])
        }
        var tensors: [String: Safetensors.Tensor] = [
            "times": .init(shape: [shape.series, shape.times], values: all.flatMap { $0.times.map { Float($0) } }),
            "values": .init(shape: [shape.series, shape.times, shape.channels], values: all.flatMap(\.values)),
            "noise": .init(shape: [shape.series, shape.latent], values: noise),
            "loss": .init(shape: [1], values: [Float(bound.loss)]),
        ]
        for (name, tensor) in parameters.tensors { tensors["parameter.\(name)"] = tensor }
        parameters.values = (0..<gradient.count).map { gradient.pointer[$0] }
        for (name, tensor) in parameters.tensors { tensors["gradient.\(name)"] = tensor }
        let bytes = try Safetensors(tensors: tensors).encoded()
        try Data(bytes).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).safetensors"))
    }
}
