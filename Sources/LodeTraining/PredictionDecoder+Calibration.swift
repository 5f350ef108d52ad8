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

    private func levelFactors(at time: Double, regime: ContextSampler.Task, channel: Int, plan: Plan) -> [Double] {
        let calibration =
            regime == .interpolation ? model.calibration.interpolation : model.calibration.extrapolation
        return calibration.factors(
            channel: channel, distance: distance(of: time, plan: plan), contextCount: plan.context.times.count)
    }

    /// Distributions at the times asked for, stretched; those at the nodes of a rule decide beyond it.
    func calibrated(
        _ distributions: [PredictiveDistribution], regimes: [ContextSampler.Task], channel: Int, plan: Plan
    ) -> [PredictiveDistribution] {
        let normalization = model.normalization
        let knots = knots[channel]
        let isCentred = normalization.centresSeries && !plan.context.times.isEmpty
        let training = (isCentred ? normalization.channelScales : normalization.channelDeviations)[channel]
        let rules = plan.rules.map { rule, offset in
            let spreads = rule.nodes.indices.map { node in
                let factors = levelFactors(
                    at: rule.nodes[node], regime: regimes[offset + node], channel: channel, plan: plan)
                return factors[1] * distributions[offset + node].components.spread
            }
            let factors = levelFactors(at: rule.start, regime: .extrapolation, channel: channel, plan: plan)
            // Shapes of the bands as they are where the rule begins, for a spread of 1.
            let shape = LevelStretch(knots: knots, factors: factors.map { $0 / factors[1] })
            return (rule: rule, maxima: rule.maxima(spreads), shape: shape)
        }
        return (0..<plan.asked).map { position in
            let time = plan.times[position]
            let distribution = distributions[position]
            if let beyond = rules.first(where: { $0.rule.applies(at: time) }) {
                let spread = beyond.rule.spread(at: time, maxima: beyond.maxima, training: training)
                return distribution.single(spread: spread).stretched(by: beyond.shape)
            }
            let factors = levelFactors(at: time, regime: regimes[position], channel: channel, plan: plan)
            return distribution.stretched(by: LevelStretch(knots: knots, factors: factors))
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
