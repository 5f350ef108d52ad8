public import LodeNetworks
internal import LodeNumerics
package import LodeSolvers

/// A latent ODE: an encoder, a posterior of z(t₀), Gaussian or a flow's, latent dynamics and a decoder.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, section 5.
///
/// Legend: B series, S posterior samples of each, L latent components, C channels, N target times of all series.
/// Trajectory `b * S + s` is sample s of series b. This type is the architecture; the numbers are a
/// ``ParameterVector`` of its ``layout``.
public struct LatentODE: Sendable, Hashable {
    /// The sizes and tolerances.
    public let configuration: Configuration
    /// All parameters: `encoder`, `dynamics`, `decoder`, `noise.log`, and what the configuration asks for beside them:
    /// `noise.freedom`, `intensity`, `head`, `flow`.
    public let layout: ParameterLayout

    let encoder: SeriesEncoder
    let dynamics: LatentDynamics
    let decoder: MultilayerPerceptron
    let encoderRange: Range<Int>
    let dynamicsRange: Range<Int>
    let decoderRange: Range<Int>
    let noise: ParameterSlice
    /// The degrees of freedom of Student-t channels, `[C]`; nil where there is no such channel.
    let freedom: ParameterSlice?
    /// From the latent state to the logarithm of the intensity over its base.
    let intensity: PlacedNetwork?
    /// From the latent state to a logit or a value.
    let head: PlacedNetwork?
    /// What posterior samples pass through.
    let posteriorFlow: PlacedFlow?

    /// A network and where its parameters lie in the model's.
    struct PlacedNetwork: Sendable, Hashable {
        var network: MultilayerPerceptron
        var range: Range<Int>
    }

    /// A flow and where its parameters lie in the model's.
    struct PlacedFlow: Sendable, Hashable {
        var dynamics: PlanarDynamics
        var range: Range<Int>
    }

    /// The model of a configuration.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        let latent = configuration.latentDimension
        encoder = SeriesEncoder(configuration)
        dynamics = LatentDynamics(
            latent: latent, hidden: configuration.dynamicsHidden, form: configuration.dynamics)
        let decoded = configuration.noise == .point ? 2 * configuration.channels : configuration.channels
        decoder = MultilayerPerceptron(
            widths: [latent] + configuration.decoderHidden + [decoded], activation: .tanh)
        var layout = ParameterLayout()
        encoderRange = layout.append(encoder.layout, prefix: "encoder")
        dynamicsRange = layout.append(dynamics.layout, prefix: "dynamics")
        decoderRange = layout.append(decoder.layout, prefix: "decoder")
        // exp(-1): a third of a standard deviation, between a useless model and a good one.
        noise = layout.add("noise.log", shape: [configuration.channels], .constant(-1))
        // Some five degrees of freedom: between nearly normal and heavy tails.
        freedom =
            configuration.families.contains(.studentT)
            ? layout.add("noise.freedom", shape: [configuration.channels], .constant(1)) : nil
        func placed(_ hidden: [Int], prefix: String) -> PlacedNetwork {
            let network = MultilayerPerceptron(widths: [latent] + hidden + [1], activation: .tanh, outputGain: 0.1)
            return PlacedNetwork(network: network, range: layout.append(network.layout, prefix: prefix))
        }
        intensity = configuration.intensity.map { placed($0.hidden, prefix: "intensity") }
        head = configuration.head.map { placed($0.hidden, prefix: "head") }
        posteriorFlow = configuration.posteriorFlow.map { flow in
            // Close to the identity at first: training begins with the Gaussian.
            let dynamics = PlanarDynamics(
                space: latent, context: 2 * latent, units: flow.units, hidden: flow.hidden, outputGain: 0.3)
            return PlacedFlow(dynamics: dynamics, range: layout.append(dynamics.layout, prefix: "flow"))
        }
        self.layout = layout
    }

    /// The inputs of series' trajectories, S each.
    func controls(of series: [ObservedSeries], sampleCount: Int) -> ControlTable {
        ControlTable(
            series.map(\.controls), interpolations: configuration.dynamics.controls, sampleCount: sampleCount)
    }

    /// A batch of B × S trajectories that stops where its series' inputs jump or turn sharply.
    package func stopping<Scalar>(
        _ batch: TrajectoryBatch<Scalar>, at paths: [ControlPath], sampleCount: Int
    ) -> TrajectoryBatch<Scalar> {
        ControlTable(paths, interpolations: configuration.dynamics.controls, sampleCount: sampleCount)
            .addingJumps(to: batch)
    }

    func solver<Scalar: KernelScalar>(
        _ parameters: ParameterVector<Scalar>, controls: ControlTable, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> BatchSolver<LatentField<Scalar>> {
        BatchSolver(
            field: LatentField(
                dynamics: dynamics, parameters: parameters, range: dynamicsRange, controls: controls,
                kernels: kernels),
            method: .dormandPrince54, controller: .proportionalIntegral,
            tolerances: Tolerances(
                relative: configuration.relativeTolerance, absolute: configuration.absoluteTolerance),
            kernels: kernels, pool: pool, maxSteps: configuration.maxSteps)
    }
}
