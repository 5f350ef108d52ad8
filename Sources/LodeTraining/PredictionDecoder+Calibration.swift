internal import Foundation
internal import LodeModels

extension PredictionDecoder {
    /// Between the first and the last observation, or not.
    func regime(of time: Double, plan: Plan) -> ContextSampler.Task {
        guard let first = plan.context.times.first, let last = plan.context.times.last else { return .extrapolation }
        return time >= first && time <= last ? .interpolation : .extrapolation
    }

    /// The calibration's distance of a model time; nil without observations.
    func distance(of time: Double, plan: Plan) -> Double? {
        guard let first = plan.context.times.first, let last = plan.context.times.last else { return nil }
        if time < first { return first - time }
        if time > last { return time - last }
        return plan.context.times.distance(to: time) / model.calibration.gapScale
    }

    /// What all channels' bands are stretched by at a model time, of each level.
    func sharedFactors(at time: Double, regime: ContextSampler.Task, plan: Plan) -> [Double] {
        calibration(regime).sharedFactors(
            distance: distance(of: time, plan: plan), contextCount: plan.context.times.count)
    }

    private func calibration(_ regime: ContextSampler.Task) -> RegimeCalibration {
        regime == .interpolation ? model.calibration.interpolation : model.calibration.extrapolation
    }

    /// A rule beyond the trained horizon, with what it says of one channel.
    private struct Beyond {
        var rule: ExtrapolationRule
        /// The running maxima of spreads at the rule's nodes.
        var maxima: [Double]
        /// The shape of the bands as they are where the rule begins, for a spread of 1, `[levels]`.
        var shape: [Double]
        /// The spread of the channel over the training series.
        var training: Double

        func spread(at time: Double) -> Double { rule.spread(at: time, maxima: maxima, training: training) }
    }

    private func rules(_ answer: Answer, channel: Int, spread: (_ position: Int) -> Double) -> [Beyond] {
        let plan = answer.plan
        let isCentred = model.normalization.centresSeries && !plan.context.times.isEmpty
        return plan.rules.map { rule, offset in
            let spreads = rule.nodes.indices.map { node in
                let position = offset + node
                let own = calibration(answer.regimes[position]).ownFactor(of: channel, level: 1)
                return answer.sharedFactors[position][1] * own * spread(position)
            }
            let factors = calibration(.extrapolation).factors(
                channel: channel, distance: distance(of: rule.start, plan: plan),
                contextCount: plan.context.times.count)
            return Beyond(
                rule: rule, maxima: rule.maxima(spreads), shape: factors.map { $0 / factors[1] },
                training: (isCentred ? model.normalization.channelScales : model.normalization.channelDeviations)[
                    channel])
        }
    }

    /// Leaves the distributions at the times asked for, stretched; those at the nodes of a rule decide beyond it.
    func calibrate(_ mixtures: inout GaussianMixtures, _ answer: Answer, channel: Int) {
        defer { mixtures.truncate(to: answer.plan.asked) }
        guard !answer.sharedFactors.isEmpty else { return }
        let rules = rules(answer, channel: channel) { mixtures.spread(at: $0) }
        mixtures.prepareStretching(knots: knots[channel])
        for position in 0..<answer.plan.asked {
            let time = answer.plan.times[position]
            if let beyond = rules.first(where: { $0.rule.applies(at: time) }) {
                mixtures.becomeSingle(at: position, spread: beyond.spread(at: time))
                mixtures.stretch(at: position) { beyond.shape[$0] }
            } else {
                let calibration = calibration(answer.regimes[position])
                mixtures.stretch(at: position) { level in
                    answer.sharedFactors[position][level] * calibration.ownFactor(of: channel, level: level)
                }
            }
        }
    }

    /// The same for distributions that are not worked on together.
    func calibrated(
        _ distributions: [PredictiveDistribution], _ answer: Answer, channel: Int
    ) -> [PredictiveDistribution] {
        guard !answer.sharedFactors.isEmpty else { return Array(distributions[..<answer.plan.asked]) }
        let rules = rules(answer, channel: channel) { distributions[$0].components.spread }
        return (0..<answer.plan.asked).map { position in
            let time = answer.plan.times[position]
            if let beyond = rules.first(where: { $0.rule.applies(at: time) }) {
                return distributions[position].single(spread: beyond.spread(at: time))
                    .stretched(by: LevelStretch(knots: knots[channel], factors: beyond.shape))
            }
            let calibration = calibration(answer.regimes[position])
            let factors = answer.sharedFactors[position].enumerated().map { level, shared in
                shared * calibration.ownFactor(of: channel, level: level)
            }
            return distributions[position].stretched(by: LevelStretch(knots: knots[channel], factors: factors))
        }
    }
}

extension PredictiveDistribution {
    /// One member of the same family with the mean of this one and a given spread.
    func single(spread: Double) -> PredictiveDistribution {
        switch components {
        case .gaussian: .gaussian(means: [mean], deviations: [spread])
        case .studentT(_, _, let shape): .studentT(locations: [mean], scales: [spread], shape: shape)
        case .poisson, .negativeBinomial, .bernoulli: self
        }
    }
}
