public import LodeNetworks
public import LodeNumerics

/// An architecture of flow fields that can be trained.
public protocol FlowDynamics: Sendable {
    /// Its fields of single precision.
    associatedtype Field: FlowField<Float>

    /// D, the components of a point.
    var space: Int { get }
    /// The field's parameters.
    var layout: ParameterLayout { get }

    /// The field of `count` trajectories.
    ///
    /// - Parameter noise: chooses the directions of a trace that is estimated; nil asks for an exact one.
    func field(
        parameters: ParameterVector<Float>, count: Int, noise: FlowNoise?, kernels: Kernels<Float>
    ) -> Field
}

extension PlanarDynamics: FlowDynamics {
    /// The field; its trace is exact at no cost, and no noise is looked at.
    public func field(
        parameters: ParameterVector<Float>, count: Int, noise: FlowNoise?, kernels: Kernels<Float>
    ) -> PlanarFlowField<Float> {
        PlanarFlowField(self, parameters: parameters, range: 0..<layout.count, kernels: kernels)
    }
}

extension PerceptronDynamics: FlowDynamics {
    /// The field; the trace is estimated where the dynamics have a number of probes and `noise` is given.
    public func field(
        parameters: ParameterVector<Float>, count: Int, noise: FlowNoise?, kernels: Kernels<Float>
    ) -> PerceptronFlowField<Float> {
        var trace = TraceEstimate.exact
        if let noise, let probes {
            let random = CounterRandom(seed: noise.seed, path: 0x666C_6F77, noise.step)
            trace = .hutchinson(probes: probes, identities: (0..<UInt64(count)).map { $0 }, seed: random.stream)
        }
        return PerceptronFlowField(
            self, parameters: parameters, range: 0..<layout.count, trace: trace, kernels: kernels)
    }
}
