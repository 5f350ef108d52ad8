/// What a series' own residuals say about the values near them.
///
/// One latent state at the origin cannot carry every detail of a series. What is left at the observations, value minus
/// trajectory, is taken as a Matérn process of its own for each channel: between observations the prediction passes
/// where the data are, and far from them it falls back to the latent ODE.
public struct LocalCorrection: Sendable, Hashable, Codable {
    /// The residual process of each channel, in normalised values and model time, `[C]`; nil where validation data
    /// showed no gain.
    public var channels: [MaternProcess?]

    /// A correction; all nil is none.
    public init(channels: [MaternProcess?]) {
        self.channels = channels
    }

    /// No correction of any of C channels.
    public static func none(channels: Int) -> LocalCorrection {
        LocalCorrection(channels: Array(repeating: nil, count: channels))
    }

    /// Whether any channel is corrected.
    public var isActive: Bool { channels.contains { $0 != nil } }
}
