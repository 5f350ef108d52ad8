public import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

/// A latent ODE: a recurrent encoder, a Gaussian posterior of z(t₀), latent dynamics and a decoder.
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
    /// `noise.freedom`, `intensity`, `head`.
    public let layout: ParameterLayout

    let encoder: RecurrentEncoder
    let dynamics: MultilayerPerceptron
    let decoder: MultilayerPerceptron
    let encoderRange: Range<Int>
    let dynamicsRange: Range<Int>
    let decoderRange: Range<Int>
    let noise: ParameterSlice

    /// The model of a configuration.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        let latent = configuration.latentDimension
        encoder = RecurrentEncoder(
            channels: configuration.channels, covariates: configuration.covariates,
            hidden: configuration.encoderHidden, latent: latent, transition: configuration.encoderTransition)
        dynamics = MultilayerPerceptron(widths: [latent] + configuration.dynamicsHidden + [latent], activation: .tanh)
        decoder = MultilayerPerceptron(
            widths: [latent] + configuration.decoderHidden + [configuration.channels], activation: .tanh)
        var layout = ParameterLayout()
        encoderRange = layout.append(encoder.layout, prefix: "encoder")
        dynamicsRange = layout.append(dynamics.layout, prefix: "dynamics")
        decoderRange = layout.append(decoder.layout, prefix: "decoder")
        // exp(-1): a third of a standard deviation, between a useless model and a good one.
        noise = layout.add("noise.log", shape: [configuration.channels], .constant(-1))
        self.layout = layout
    }

    /// The learned standard deviation of the observation noise of each channel, `[C]`, in normalised units.
    public func noiseStandardDeviations<Scalar>(_ parameters: ParameterVector<Scalar>) -> [Double] {
        (0..<configuration.channels).map {
            GaussianNoise.standardDeviation(Double(parameters.pointer[noise.offset + $0]))
        }
    }

    func solver<Scalar: KernelScalar>(
        _ parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> BatchSolver<PerceptronField<Scalar>> {
        BatchSolver(
            field: PerceptronField(network: dynamics, parameters: parameters, range: dynamicsRange, kernels: kernels),
            method: .dormandPrince54, controller: .proportionalIntegral,
            tolerances: Tolerances(
                relative: configuration.relativeTolerance, absolute: configuration.absoluteTolerance),
            kernels: kernels, pool: pool, maxSteps: configuration.maxSteps)
    }
}
