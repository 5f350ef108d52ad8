internal import LodeNetworks
internal import LodeNumerics

/// The encoder that a configuration asks for.
enum SeriesEncoder: Sendable, Hashable {
    case recurrent(RecurrentEncoder)
    case attention(AttentionEncoder)

    init(_ configuration: LatentODE.Configuration) {
        switch configuration.encoder {
        case .recurrent:
            self = .recurrent(
                RecurrentEncoder(
                    channels: configuration.channels, covariates: configuration.covariates,
                    controls: configuration.dynamics.controls, hidden: configuration.encoderHidden,
                    latent: configuration.latentDimension, transition: configuration.encoderTransition,
                    order: configuration.encoderOrder))
        case .attention(let referencePoints, let heads, let embedding, let span):
            self = .attention(
                AttentionEncoder(
                    channels: configuration.channels, covariates: configuration.covariates,
                    controls: configuration.dynamics.controls, hidden: configuration.encoderHidden,
                    latent: configuration.latentDimension, referencePoints: referencePoints, heads: heads,
                    embedding: embedding, span: span))
        }
    }

    var layout: ParameterLayout {
        switch self {
        case .recurrent(let encoder): encoder.layout
        case .attention(let encoder): encoder.layout
        }
    }

    /// One pass over a block of series.
    enum Tape<Scalar: KernelScalar> {
        case recurrent(RecurrentEncoder, RecurrentEncoder.Tape<Scalar>)
        case attention(AttentionEncoder, AttentionEncoder.Tape<Scalar>)

        /// Mean, then log variance of the posterior, `[2L][lanes]`.
        var posterior: UnsafePointer<Scalar> {
            switch self {
            case .recurrent(_, let tape): tape.posterior
            case .attention(_, let tape): tape.posterior
            }
        }

        /// The lanes of the block.
        var lanes: Int {
            switch self {
            case .recurrent(_, let tape): tape.lanes
            case .attention: Kernels<Scalar>.lanesPerBlock
            }
        }

        /// Adds the parameters' cotangents to `gradient`, given that of the posterior, `[2L][lanes]`, 0 in unused lanes.
        func pullback(
            posteriorCotangent: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>,
            gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>
        ) {
            switch self {
            case .recurrent(let encoder, let tape):
                encoder.pullback(
                    posteriorCotangent: posteriorCotangent, tape: tape, parameters: parameters, gradient: gradient,
                    kernels: kernels, workspace: RecurrentEncoder.Workspace(encoder))
            case .attention(let encoder, let tape):
                encoder.pullback(
                    posteriorCotangent: posteriorCotangent, tape: tape, parameters: parameters, gradient: gradient,
                    kernels: kernels)
            }
        }
    }

    /// Encodes up to a block of series, one in each lane; a single one in a lane of its own, where `pullsBack` is false.
    ///
    /// The posterior of a series is the same, bit for bit.
    func record<Scalar>(
        _ series: [ObservedSeries], pullsBack: Bool, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) -> Tape<Scalar> {
        switch self {
        case .recurrent(let encoder):
            .recurrent(
                encoder,
                encoder.record(
                    series, lanes: series.count == 1 && !pullsBack ? 1 : Kernels<Scalar>.lanesPerBlock,
                    foldsMasks: pullsBack, parameters: parameters, kernels: kernels,
                    workspace: RecurrentEncoder.Workspace(encoder)))
        case .attention(let encoder):
            .attention(encoder, encoder.record(series, parameters: parameters, kernels: kernels))
        }
    }
}
