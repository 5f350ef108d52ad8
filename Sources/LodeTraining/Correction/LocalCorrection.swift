/// What a series' own residuals say about the values near them.
///
/// One latent state at the origin cannot carry every detail of a series. What is left at the observations, value minus
/// trajectory in units of the observation noise, is taken as a Matérn process of its own for each channel: between
/// observations the prediction passes where the data are, and far from them it falls back to the latent ODE. What helps
/// between the observations may harm beyond them, so each regime has processes of its own.
public struct LocalCorrection: Sendable, Hashable, Codable {
    /// The residual process of each channel between its observations, in units of the observation noise and model time,
    /// `[C]`; nil where validation data showed no gain.
    public var interpolation: [MaternProcess?]
    /// The same beyond the observations.
    public var extrapolation: [MaternProcess?]

    /// A correction; all nil is none.
    public init(interpolation: [MaternProcess?], extrapolation: [MaternProcess?]) {
        self.interpolation = interpolation
        self.extrapolation = extrapolation
    }

    /// No correction of any of C channels.
    public static func none(channels: Int) -> LocalCorrection {
        let none = [MaternProcess?](repeating: nil, count: channels)
        return LocalCorrection(interpolation: none, extrapolation: none)
    }

    /// The processes of a regime.
    subscript(_ regime: ContextSampler.Task) -> [MaternProcess?] {
        get { regime == .interpolation ? interpolation : extrapolation }
        set {
            switch regime {
            case .interpolation: interpolation = newValue
            case .extrapolation: extrapolation = newValue
            }
        }
    }

    /// Whether any channel is corrected.
    public var isActive: Bool { (interpolation + extrapolation).contains { $0 != nil } }
}

extension LocalCorrection {
    private enum CodingKeys: String, CodingKey {
        case interpolation
        case extrapolation
        case channels
    }

    /// Reads a correction; versions before this one wrote one process for both regimes, under `channels`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let channels = try container.decodeIfPresent([MaternProcess?].self, forKey: .channels) {
            self.init(interpolation: channels, extrapolation: channels)
        } else {
            self.init(
                interpolation: try container.decode([MaternProcess?].self, forKey: .interpolation),
                extrapolation: try container.decode([MaternProcess?].self, forKey: .extrapolation))
        }
    }

    /// Writes both regimes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(interpolation, forKey: .interpolation)
        try container.encode(extrapolation, forKey: .extrapolation)
    }

    /// The correction that versions before this one wrote in normalised values, in units of the observation noise, `[C]`.
    public func inUnits(of noise: [Double]) -> LocalCorrection {
        func scaled(_ processes: [MaternProcess?]) -> [MaternProcess?] {
            zip(processes, noise).map { process, noise in
                process.map {
                    MaternProcess(
                        deviation: $0.deviation / noise, lengthScale: $0.lengthScale, noise: $0.noise / noise)
                }
            }
        }
        return LocalCorrection(interpolation: scaled(interpolation), extrapolation: scaled(extrapolation))
    }
}
