/// By what bands are stretched so that they cover what they claim on validation series.
///
/// Learnt for interpolation and extrapolation apart, for each level, channel, distance and amount of context as far as
/// the validation values suffice; see ``RegimeCalibration``.
public struct Calibration: Sendable, Hashable, Codable {
    /// The levels of the central bands that are calibrated; others follow by straight lines between.
    public static let levels = [0.5, 0.8, 0.95]

    /// Between the observations; distances are to the nearest observation, in units of ``gapScale``.
    public var interpolation: RegimeCalibration
    /// Beyond them; distances are past the last observation (or before the first), in model time.
    public var extrapolation: RegimeCalibration
    /// The usual gap between observations, in model time.
    public var gapScale: Double
    /// The model time up to which validation values have shown what extrapolations cover; 0 where too few did.
    public var validatedHorizon: Double

    /// A calibration.
    public init(
        interpolation: RegimeCalibration, extrapolation: RegimeCalibration, gapScale: Double,
        validatedHorizon: Double = 0
    ) {
        self.interpolation = interpolation
        self.extrapolation = extrapolation
        self.gapScale = gapScale
        self.validatedHorizon = validatedHorizon
    }

    /// No stretching.
    public static let none = Calibration(interpolation: .none, extrapolation: .none, gapScale: 1)

    private enum CodingKeys: String, CodingKey {
        case interpolation
        case extrapolation
        case gapScale
        case validatedHorizon
    }

    /// Reads a calibration; older versions wrote a number for each regime, and no validated horizon.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func regime(_ key: CodingKeys) throws -> RegimeCalibration {
            do {
                return RegimeCalibration(uniform: try container.decode(Double.self, forKey: key))
            } catch DecodingError.typeMismatch {
                return try container.decode(RegimeCalibration.self, forKey: key)
            }
        }
        interpolation = try regime(.interpolation)
        extrapolation = try regime(.extrapolation)
        gapScale = try container.decodeIfPresent(Double.self, forKey: .gapScale) ?? 1
        validatedHorizon = try container.decodeIfPresent(Double.self, forKey: .validatedHorizon) ?? 0
    }
}

/// The factors of one regime: a product of what is common, the channel's own, and two curves.
public struct RegimeCalibration: Sendable, Hashable, Codable {
    /// For all channels, `[levels]`.
    public var common: [Double]
    /// What each channel adds, `[C][levels]`; empty where nothing was learnt.
    public var channels: [[Double]]
    /// How factors change with the distance.
    public var horizon: CalibrationCurve
    /// How factors change with the number of observed times in the context.
    public var context: CalibrationCurve

    /// Factors.
    public init(common: [Double], channels: [[Double]], horizon: CalibrationCurve, context: CalibrationCurve) {
        self.common = common
        self.channels = channels
        self.horizon = horizon
        self.context = context
    }

    /// One factor for everything.
    public init(uniform factor: Double) {
        self.init(
            common: Calibration.levels.map { _ in factor }, channels: [], horizon: .flat, context: .flat)
    }

    /// No stretching.
    public static let none = RegimeCalibration(uniform: 1)

    /// The factor of each level for one channel; `distance` nil stands for no observation at all.
    package func factors(channel: Int, distance: Double?, contextCount: Int) -> [Double] {
        let shared = sharedFactors(distance: distance, contextCount: contextCount)
        return shared.indices.map { shared[$0] * ownFactor(of: channel, level: $0) }
    }

    /// The part of the factors that all channels have, of each level.
    func sharedFactors(distance: Double?, contextCount: Int) -> [Double] {
        let horizon = horizon.factors(at: distance)
        let context = context.factors(at: Double(contextCount))
        return common.indices.map { common[$0] * horizon[$0] * context[$0] }
    }

    /// What one channel multiplies the factor of a level by.
    func ownFactor(of channel: Int, level: Int) -> Double { channels.isEmpty ? 1 : channels[channel][level] }
}

extension LevelStretch {
    /// The stretching that takes the ends of the levels' bands at `knots` to `factors` times as far.
    ///
    /// Factors that would let a wider band end inside a narrower one are raised.
    package init(knots: [Double], factors: [Double]) {
        var images: [Double] = []
        for (knot, factor) in zip(knots, factors) {
            images.append(Self.image(of: knot, factor: factor, after: images.last ?? 0))
        }
        self.init(knots: knots, images: images)
    }

    /// Where the end of a band at `knot` goes, beyond the end of the narrower one.
    static func image(of knot: Double, factor: Double, after narrower: Double) -> Double {
        max(knot * factor, narrower * 1.001)
    }
}
