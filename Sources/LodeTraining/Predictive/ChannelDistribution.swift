internal import LodeModels
internal import LodeNetworks

/// Turns what a model decodes of one channel into predictive distributions in the data's units.
struct ChannelDistribution: Sendable {
    private let noise: LatentODE.ChannelNoise
    private let shape: StandardStudentT?

    init(_ noise: LatentODE.ChannelNoise) {
        self.noise = noise
        shape = noise.family == .studentT ? StandardStudentT(degreesOfFreedom: noise.degreesOfFreedom) : nil
    }

    /// The channels of a model.
    static func all(of model: TrainedModel) -> [ChannelDistribution] {
        model.model.noise(model.parameters).map { ChannelDistribution($0) }
    }

    /// Whether a level and a scale take the decoded means to the data's units.
    var isLocationScale: Bool { noise.family.isLocationScale }

    /// The mixture over samples of one value.
    ///
    /// - Parameters:
    ///   - means: in the data's units, one for each sample.
    ///   - scales: those decoded at the point, in the model's units; nil where the channel has one.
    ///   - unit: what a normalised value of 1 means.
    func mixture(means: [Double], scales: [Double]?, unit: Double) -> PredictiveDistribution {
        let own = scales ?? Array(repeating: noise.scale, count: means.count)
        switch noise.family {
        case .gaussian: return .gaussian(means: means, deviations: own.map { $0 * unit })
        case .studentT:
            let shape = shape ?? StandardStudentT(degreesOfFreedom: noise.degreesOfFreedom)
            return .studentT(locations: means, scales: own.map { $0 * unit }, shape: shape)
        case .poisson: return .poisson(rates: means)
        case .negativeBinomial: return .negativeBinomial(means: means, dispersions: own)
        case .bernoulli: return .bernoulli(probabilities: means.map { min(max($0, 0), 1) })
        }
    }
}
