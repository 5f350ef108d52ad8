/// What a channel's values are taken to be, given the latent state.
///
/// Gaussian and Student-t channels are modelled in normalised values; the others in the data's own, with a decoder
/// output of 0 meaning the training mean, so that a channel of thousands starts where its values are.
public enum ObservationFamily: Sendable, Hashable, Codable {
    /// The decoded mean plus normal noise.
    case gaussian
    /// The decoded location plus Student-t noise whose degrees of freedom are learned: outliers weigh less.
    case studentT
    /// Counts with rate `base` · exp(output); `base` is positive.
    case poisson(base: Double)
    /// Counts with mean `base` · exp(output) and variance mean + dispersion · mean².
    case negativeBinomial(base: Double)
    /// 0 or 1, with P(1) = sigmoid(output + `logit`).
    case bernoulli(logit: Double)

    /// Whether values are real numbers that a location and a scale describe.
    public var isLocationScale: Bool {
        switch self {
        case .gaussian, .studentT: true
        case .poisson, .negativeBinomial, .bernoulli: false
        }
    }
}

/// Where the scale of the noise comes from.
public enum NoiseModel: String, Sendable, Hashable, Codable, CaseIterable {
    /// One learned number for each channel.
    case channel
    /// Decoded from the latent state at each point, as a factor on the channel's number.
    case point
    /// One learned number for all channels that have a location and a scale, in normalised units: what is learnt then is to
    /// make the sum of squared errors small, where a number for each channel lets those that are easy to tell weigh most.
    case common
}
