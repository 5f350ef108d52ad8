internal import Foundation
internal import LodeModels
internal import LodeSolvers

/// Turns decoded trajectories into predictive distributions: the one place where outputs of the networks, the local
/// correction and the calibration meet.
struct PredictionDecoder: Sendable {
    let model: TrainedModel
    let noise: [LatentODE.ChannelNoise]
    /// The standard member of a Student-t channel's family, `[C]`; nil for other channels.
    let shapes: [StandardStudentT?]
    /// Where the standard member's bands of the calibrated levels end, `[C][levels]`.
    let knots: [[Double]]

    init(_ model: TrainedModel) {
        self.model = model
        noise = model.model.noise(model.parameters)
        shapes = noise.map { channel in
            channel.family == .studentT ? StandardStudentT(degreesOfFreedom: channel.degreesOfFreedom) : nil
        }
        knots = shapes.map { shape in
            Calibration.levels.map { level in
                let probability = 0.5 + 0.5 * level
                return shape?.quantile(probability) ?? StandardNormal.quantile(probability)
            }
        }
    }

    /// A query in the model's units, with all times that its answer needs.
    struct Plan: Sendable {
        var query: SeriesQuery
        var levels: [Double]
        var context: ObservedSeries
        /// The model times asked for, then the nodes of the rules, then the context's where a correction needs them.
        var times: [Double]
        /// How many of `times` were asked for.
        var asked: Int
        /// What holds beyond the trained horizon, with the place of its nodes in `times`.
        var rules: [(rule: ExtrapolationRule, offset: Int)]
        /// Where the context's times begin in `times`.
        var contextOffset: Int
    }

    /// What a query needs to be decoded.
    func plan(_ query: SeriesQuery) -> Plan {
        let normalization = model.normalization
        let levels = normalization.levels(of: query.context)
        let context = normalization.observed(query.context, origin: query.origin, levels: levels)
        let asked = query.times.map { normalization.modelTime($0, origin: query.origin) }
        var plan = Plan(
            query: query, levels: levels, context: context, times: asked, asked: asked.count, rules: [],
            contextOffset: 0)
        if model.calibration != .none {
            let span = max(normalization.trainedHorizon, Normalization.modelSpan)
            let after = max(context.times.last ?? 0, normalization.trainedHorizon)
            let before = min(context.times.first ?? 0, 0)
            // Times too far to be solved for are refused elsewhere; a NaN is the solver's to name.
            let finite = asked.filter(\.isFinite)
            for (start, direction) in [(after, 1.0), (before, -1.0)] {
                guard let rule = ExtrapolationRule(start: start, direction: direction, span: span, times: finite)
                else { continue }
                plan.rules.append((rule, plan.times.count))
                plan.times += rule.nodes
            }
        }
        plan.contextOffset = plan.times.count
        if model.correction.isActive { plan.times += context.times }
        return plan
    }

    /// What a distribution is of.
    enum Quantity {
        /// What is measured, noise included; calibrated.
        case observation
        /// What measurements vary about; as the model has it, for no validation value shows how well it is known.
        case expectation
    }

    /// The distributions of one query, `[T][C]`, in the data's units.
    func distributions(
        _ plan: Plan, trajectories: DecodedTrajectories, of quantity: Quantity = .observation
    ) -> [PredictiveDistribution] {
        let answer = Answer(plan: plan, trajectories: trajectories, noise: noise, quantity: quantity)
        let byChannel = noise.indices.map { channel in distributions(answer, channel: channel) }
        return (0..<plan.asked).flatMap { position in byChannel.map { $0[position] } }
    }

    /// A plan with what the model made of it, in normalised units.
    private struct Answer {
        let plan: Plan
        let trajectories: DecodedTrajectories
        let noise: [LatentODE.ChannelNoise]
        let quantity: Quantity

        func index(_ sample: Int, _ position: Int, _ channel: Int) -> Int {
            (sample * plan.times.count + position) * noise.count + channel
        }

        func mean(_ sample: Int, _ position: Int, _ channel: Int) -> Double {
            Double(trajectories.means[index(sample, position, channel)])
        }

        func scale(_ sample: Int, _ position: Int, _ channel: Int) -> Double {
            trajectories.scales.isEmpty
                ? noise[channel].scale : Double(trajectories.scales[index(sample, position, channel)])
        }

        var samples: Range<Int> { 0..<trajectories.sampleCount }
    }

    /// The distributions of one channel at the times asked for.
    private func distributions(_ answer: Answer, channel: Int) -> [PredictiveDistribution] {
        let plan = answer.plan
        let needed = plan.contextOffset
        guard noise[channel].family.isLocationScale else {
            return (0..<plan.asked).map { position in count(answer, channel: channel, position: position) }
        }
        // What a solve that did not finish has left says nothing of residuals or of spreads beyond the horizon.
        guard answer.trajectories.outcomes.allSatisfy({ $0 == .completed }) else {
            return (0..<plan.asked).map { located(answer, channel: channel, position: $0, shifts: nil, width: 1) }
        }
        let regimes = plan.times[..<needed].map { regime(of: $0, plan: plan) }
        var conditionals: [ContextSampler.Task: MaternProcess.Conditional] = [:]
        for regime in ContextSampler.Task.allCases where regimes.contains(regime) {
            if let process = model.correction[regime][channel] {
                conditionals[regime] = conditional(process, channel: channel, answer: answer)
            }
        }
        let uncalibrated = (0..<needed).map { position in
            var width = answer.quantity == .observation ? 1 : Self.leastWidth
            var shifts: [Double]?
            let regime = regimes[position]
            if let conditional = conditionals[regime], let process = model.correction[regime][channel] {
                let noise = answer.quantity == .observation ? process.noise : Self.leastWidth
                width = (conditional.variances[position] + noise * noise).squareRoot()
                shifts = conditional.means.map { $0[position] }
            }
            return located(answer, channel: channel, position: position, shifts: shifts, width: width)
        }
        guard model.calibration != .none, answer.quantity == .observation else { return uncalibrated }
        return calibrated(uncalibrated, regimes: regimes, channel: channel, plan: plan)
    }

    /// The width of a component that is known exactly, in units of the noise: a mixture has components of some width.
    private static let leastWidth = 1e-6

    /// A location-scale distribution in the data's units: the decoded means moved by the correction's shifts, in units of
    /// the noise, with the noise's scale times `width`.
    private func located(
        _ answer: Answer, channel: Int, position: Int, shifts: [Double]?, width: Double
    ) -> PredictiveDistribution {
        let unit = model.normalization.channelScales[channel]
        let level = answer.plan.levels[channel]
        var locations: [Double] = []
        var scales: [Double] = []
        locations.reserveCapacity(answer.samples.count)
        scales.reserveCapacity(answer.samples.count)
        for sample in answer.samples {
            let scale = answer.scale(sample, position, channel)
            let mean = answer.mean(sample, position, channel) + scale * (shifts?[sample] ?? 0)
            locations.append(level + unit * mean)
            scales.append(unit * scale * width)
        }
        if let shape = shapes[channel] { return .studentT(locations: locations, scales: scales, shape: shape) }
        return .gaussian(means: locations, deviations: scales)
    }

    /// The distribution of a count or a binary value: what is decoded is in the data's units already.
    private func count(_ answer: Answer, channel: Int, position: Int) -> PredictiveDistribution {
        let means = answer.samples.map { answer.mean($0, position, channel) }
        if answer.quantity == .expectation {
            return .gaussian(means: means, deviations: means.map { Self.leastWidth * max(abs($0), 1) })
        }
        switch noise[channel].family {
        case .poisson: return .poisson(rates: means)
        case .negativeBinomial:
            return .negativeBinomial(
                means: means, dispersions: answer.samples.map { answer.scale($0, position, channel) })
        case .bernoulli: return .bernoulli(probabilities: means.map { min(max($0, 0), 1) })
        case .gaussian, .studentT: preconditionFailure("a location-scale channel as a count")
        }
    }

    /// What the residuals of one channel's observations say at the times asked for and at the nodes.
    private func conditional(
        _ process: MaternProcess, channel: Int, answer: Answer
    ) -> MaternProcess.Conditional {
        let context = answer.plan.context
        let observed = context.times.indices.filter { context.mask[$0 * noise.count + channel] != 0 }
        return process.conditional(
            times: observed.map { context.times[$0] },
            values: answer.samples.map { sample in
                observed.map { index in
                    let position = answer.plan.contextOffset + index
                    let value = Double(context.values[index * noise.count + channel])
                    return (value - answer.mean(sample, position, channel)) / answer.scale(sample, position, channel)
                }
            },
            at: Array(answer.plan.times[..<answer.plan.contextOffset]))
    }
}
