internal import Foundation
internal import LodeModels
internal import LodeNumerics
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
        var levels: [Double]
        var context: ObservedSeries
        /// The model times asked for, then the nodes of the rules, then the context's where a correction needs them.
        var times: [Double]
        /// How many of `times` were asked for.
        var asked: Int
        /// What holds beyond all that was trained or validated, with the place of its nodes in `times`.
        var rules: [(rule: ExtrapolationRule, offset: Int)]
        /// Where the context's times begin in `times`.
        var contextOffset: Int
    }

    /// What a query needs to be decoded; without the context's own times where what its residuals say is known already.
    func plan(_ query: SeriesQuery, knowsResiduals: Bool = false) -> Plan {
        let normalization = model.normalization
        let levels = normalization.levels(of: query.context)
        let context = normalization.observed(query.context, origin: query.origin, levels: levels)
        let asked = query.times.map { normalization.modelTime($0, origin: query.origin) }
        var plan = Plan(
            levels: levels, context: context, times: asked, asked: asked.count, rules: [], contextOffset: 0)
        if model.calibration != .none {
            let span = max(normalization.trainedHorizon, Normalization.modelSpan)
            let after = max(
                context.times.last ?? 0, normalization.trainedHorizon, model.calibration.validatedHorizon)
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
        if model.correction.isActive, !knowsResiduals { plan.times += context.times }
        return plan
    }

    /// What a distribution is of.
    enum Quantity: Sendable {
        /// What is measured, noise included; calibrated.
        case observation
        /// What measurements vary about; as the model has it, for no validation value shows how well it is known.
        case expectation
    }

    /// The distributions of one query, `[C]`, in the data's units; threads of `pool` share the channels.
    ///
    /// Without a pool they are worked out where the call stands, as inside a loop of one.
    func channels(
        _ plan: Plan, trajectories: DecodedTrajectories, of quantity: Quantity = .observation,
        residuals: ResidualPosteriors? = nil, pool: ThreadPool? = nil
    ) -> [ChannelDistributions] {
        let answer = Answer(plan, trajectories, quantity, residuals, of: self)
        guard let pool else { return noise.indices.map { channel($0, of: answer) } }
        return pool.map(noise.count) { index, _ in channel(index, of: answer) }
    }

    /// What the networks read along trajectories of one series, in normalised units.
    struct Readings: Sendable {
        let trajectories: DecodedTrajectories
        let noise: [LatentODE.ChannelNoise]
        /// How many times there are.
        let count: Int

        private func index(_ sample: Int, _ position: Int, _ channel: Int) -> Int {
            (sample * count + position) * noise.count + channel
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

    /// A plan with what the model made of it.
    struct Answer: Sendable {
        let plan: Plan
        let readings: Readings
        let quantity: Quantity
        /// Nil where the context's readings follow those of the plan.
        let residuals: ResidualPosteriors?
        /// How many positions have distributions: those of the times asked for, then those of the rules' nodes; but where
        /// a solve did not finish, which says nothing of residuals or of spreads beyond the horizon, those asked for alone.
        let needed: Int
        let isComplete: Bool
        /// Of each position, `[needed]`.
        let regimes: [ContextSampler.Task]
        /// What all channels' bands are stretched by, `[needed][levels]`; empty where bands are not calibrated.
        let sharedFactors: [[Double]]

        init(
            _ plan: Plan, _ trajectories: DecodedTrajectories, _ quantity: Quantity, _ residuals: ResidualPosteriors?,
            of decoder: PredictionDecoder
        ) {
            self.plan = plan
            self.quantity = quantity
            self.residuals = residuals
            readings = Readings(trajectories: trajectories, noise: decoder.noise, count: plan.times.count)
            isComplete = trajectories.outcomes.allSatisfy { $0 == .completed }
            needed = isComplete ? plan.contextOffset : plan.asked
            let regimes = plan.times[..<needed].map { decoder.regime(of: $0, plan: plan) }
            self.regimes = regimes
            let isCalibrated = isComplete && quantity == .observation && decoder.model.calibration != .none
            sharedFactors =
                isCalibrated
                ? regimes.indices.map {
                    decoder.sharedFactors(at: plan.times[$0], regime: regimes[$0], plan: plan)
                } : []
        }
    }

    private func channel(_ channel: Int, of answer: Answer) -> ChannelDistributions {
        switch noise[channel].family {
        case .gaussian:
            var mixtures = mixtures(answer, channel: channel)
            calibrate(&mixtures, answer, channel: channel)
            return .gaussian(mixtures)
        case .studentT:
            return .separate(calibrated(located(answer, channel: channel), answer, channel: channel))
        case .poisson, .negativeBinomial, .bernoulli:
            return .separate(
                (0..<answer.plan.asked).map { count(answer, channel: channel, position: $0) })
        }
    }

    /// The width of a component that is known exactly, in units of the noise: a mixture has components of some width.
    static let leastWidth = 1e-6

    /// The distributions of a Gaussian channel, uncalibrated, in the data's units: the decoded means moved by the
    /// correction's shifts, with the noise's scale times its widths.
    private func mixtures(_ answer: Answer, channel: Int) -> GaussianMixtures {
        let unit = model.normalization.channelScales[channel]
        let level = answer.plan.levels[channel]
        let residuals = residuals(answer, channel: channel)
        let readings = answer.readings
        return GaussianMixtures(count: answer.needed, componentCount: readings.samples.count) {
            locations, scales, stride in
            for sample in readings.samples {
                for position in 0..<answer.needed {
                    let scale = readings.scale(sample, position, channel)
                    var mean = readings.mean(sample, position, channel)
                    if !residuals.shifts.isEmpty { mean += scale * residuals.shifts[sample * answer.needed + position] }
                    locations[sample * stride + position] = level + unit * mean
                    scales[sample * stride + position] = unit * scale * residuals.widths[position]
                }
            }
        }
    }

    /// The same of a Student-t channel.
    private func located(_ answer: Answer, channel: Int) -> [PredictiveDistribution] {
        guard let shape = shapes[channel] else { preconditionFailure("a channel without a shape") }
        let mixtures = mixtures(answer, channel: channel)
        return (0..<mixtures.count).map { position in
            let (locations, scales) = mixtures.parameters(at: position)
            return .studentT(locations: locations, scales: scales, shape: shape)
        }
    }

    /// The distribution of a count or a binary value: what is decoded is in the data's units already.
    private func count(_ answer: Answer, channel: Int, position: Int) -> PredictiveDistribution {
        let readings = answer.readings
        let means = readings.samples.map { readings.mean($0, position, channel) }
        if answer.quantity == .expectation {
            return .gaussian(means: means, deviations: means.map { Self.leastWidth * max(abs($0), 1) })
        }
        switch noise[channel].family {
        case .poisson: return .poisson(rates: means)
        case .negativeBinomial:
            return .negativeBinomial(
                means: means, dispersions: readings.samples.map { readings.scale($0, position, channel) })
        case .bernoulli: return .bernoulli(probabilities: means.map { min(max($0, 0), 1) })
        case .gaussian, .studentT: preconditionFailure("a location-scale channel as a count")
        }
    }
}
