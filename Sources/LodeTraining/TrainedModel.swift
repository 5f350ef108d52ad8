public import LodeModels
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// A model with its weights and everything that predictions in the data's units need.
public struct TrainedModel: Sendable {
    /// The architecture.
    public let model: LatentODE
    /// The weights; nothing writes them any more.
    public let parameters: ParameterVector<Float>
    /// The map between the data's units and the model's.
    public let normalization: Normalization
    /// What a series' residuals add near its observations.
    public var correction: LocalCorrection
    /// By what the bands are stretched, after the correction.
    public var calibration: Calibration
    /// What the head tells; nil for a model without a head.
    public var outcome: OutcomeScale?

    /// A model ready to predict.
    public init(
        model: LatentODE, parameters: ParameterVector<Float>, normalization: Normalization,
        correction: LocalCorrection, calibration: Calibration, outcome: OutcomeScale? = nil
    ) {
        self.model = model
        self.parameters = parameters
        self.normalization = normalization
        self.correction = correction
        self.calibration = calibration
        self.outcome = outcome
    }
}

/// Factors that stretch predictive distributions so that their bands cover what they claim on validation series.
public struct Calibration: Sendable, Hashable, Codable {
    /// Between the observations.
    public var interpolation: Double
    /// Beyond them.
    public var extrapolation: Double

    /// Factors; 1 leaves a distribution as the model gives it.
    public init(interpolation: Double, extrapolation: Double) {
        self.interpolation = interpolation
        self.extrapolation = extrapolation
    }

    /// No stretching.
    public static let none = Calibration(interpolation: 1, extrapolation: 1)
}

/// What a model expects of one series.
public struct PredictiveSeries: Sendable, Hashable {
    /// The distributions, `[T][C]`, in the data's units.
    public var distributions: [PredictiveDistribution]
    /// How the solve of each posterior sample ended.
    public var outcomes: [Outcome]
    /// The rate of observation times, averaged over the samples, for each unit of the dataset's time, `[T]`; empty for a
    /// model without an intensity.
    public var intensities: [Double]
    /// What the head says of the series: a probability, or the mean of the outcome in its own units; nil without a head.
    public var outcome: Double?
}

/// A question about one series.
public struct SeriesQuery: Sendable, Hashable {
    /// What was observed.
    public var context: ChannelSeries
    /// The time of model time 0, from ``Normalization/origin(of:)`` of the whole series.
    public var origin: Double
    /// The times asked for, `[T]`, in any order, in the dataset's unit.
    public var times: [Double]

    /// A question.
    public init(context: ChannelSeries, origin: Double, times: [Double]) {
        self.context = context
        self.origin = origin
        self.times = times
    }
}

extension TrainedModel {
    /// The predictive distributions of several series at times of their own, corrected and calibrated.
    ///
    /// - Parameters:
    ///   - sampleCount: posterior samples, the components of each mixture.
    ///   - seed: chooses them, together with the position of a query in `queries`.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func predict(
        _ queries: [SeriesQuery], sampleCount: Int, seed: UInt64, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [PredictiveSeries] {
        let levels = queries.map { normalization.levels(of: $0.context) }
        let contexts = queries.indices.map {
            normalization.observed(queries[$0].context, origin: queries[$0].origin, levels: levels[$0])
        }
        // A correction needs the trajectories at the observations too; those times follow the ones asked for.
        let times = queries.indices.map { index in
            queries[index].times.map { normalization.modelTime($0, origin: queries[index].origin) }
                + (correction.isActive ? contexts[index].times : [])
        }
        let trajectories = try model.trajectories(
            of: contexts, times: times, sampleCount: sampleCount, identities: queries.indices.map { UInt64($0) },
            seed: seed, parameters: parameters, kernels: kernels, pool: pool)
        let channels = ChannelDistribution.all(of: self)
        return queries.indices.map { index in
            let answer = SeriesAnswer(
                query: queries[index], context: contexts[index], times: times[index], trajectories: trajectories[index],
                channels: normalization.channelMeans.count)
            return PredictiveSeries(
                distributions: distributions(answer, of: channels, levels: levels[index]),
                outcomes: trajectories[index].outcomes, intensities: intensities(answer),
                outcome: outcome(trajectories[index]))
        }
    }

    /// The mean intensity at the query's times; the correction's times, which follow, are left out.
    private func intensities(_ answer: SeriesAnswer) -> [Double] {
        let rates = answer.trajectories.intensities
        guard !rates.isEmpty else { return [] }
        let scale = 1 / (Double(answer.samples.count) * normalization.timeUnit)
        return answer.query.times.indices.map { time in
            answer.samples.reduce(0) { $0 + Double(rates[$1 * answer.times.count + time]) } * scale
        }
    }

    private func outcome(_ trajectories: DecodedTrajectories) -> Double? {
        let said = trajectories.outcomesOfHead
        guard !said.isEmpty, let outcome else { return nil }
        return outcome.value(said.reduce(0) { $0 + Double($1) } / Double(said.count))
    }

    /// One query with what the model made of it, in normalised units.
    private struct SeriesAnswer {
        var query: SeriesQuery
        var context: ObservedSeries
        /// The query's model times, then the context's where a correction needs them.
        var times: [Double]
        var trajectories: DecodedTrajectories
        var channels: Int

        /// What sample s decodes at position `time` of `times`.
        func mean(sample: Int, time: Int, channel: Int) -> Double {
            Double(trajectories.means[(sample * times.count + time) * channels + channel])
        }

        /// The scales that the samples decode there; nil where a channel has one.
        func scales(time: Int, channel: Int) -> [Double]? {
            guard !trajectories.scales.isEmpty else { return nil }
            return samples.map { Double(trajectories.scales[($0 * times.count + time) * channels + channel]) }
        }

        var samples: Range<Int> { 0..<trajectories.sampleCount }
    }

    /// The distributions of one query, `[T][C]`, in the data's units.
    private func distributions(
        _ answer: SeriesAnswer, of channels: [ChannelDistribution], levels: [Double]
    ) -> [PredictiveDistribution] {
        let query = answer.query
        let corrections = correction.channels.enumerated().map { channel, process in
            process.map { conditional($0, channel: channel, answer: answer) }
        }
        let observed = query.context.times.first.flatMap { first in query.context.times.last.map { first...$0 } }
        var distributions: [PredictiveDistribution] = []
        distributions.reserveCapacity(query.times.count * answer.channels)
        for (position, time) in query.times.enumerated() {
            let isInside = observed?.contains(time) ?? false
            let factor = isInside ? calibration.interpolation : calibration.extrapolation
            for channel in 0..<answer.channels {
                let scale = normalization.channelScales[channel]
                guard channels[channel].isLocationScale else {
                    let means = answer.samples.map { answer.mean(sample: $0, time: position, channel: channel) }
                    let scales = answer.scales(time: position, channel: channel)
                    distributions.append(channels[channel].mixture(means: means, scales: scales, unit: 1))
                    continue
                }
                var scales = answer.scales(time: position, channel: channel)
                if let process = correction.channels[channel], let conditional = corrections[channel] {
                    let variance = conditional.variances[position] + process.noise * process.noise
                    scales = Array(repeating: variance.squareRoot(), count: answer.samples.count)
                }
                let means = answer.samples.map { sample in
                    let shift = corrections[channel]?.means[sample][position] ?? 0
                    let mean = answer.mean(sample: sample, time: position, channel: channel) + shift
                    return levels[channel] + scale * mean
                }
                distributions.append(
                    channels[channel].mixture(means: means, scales: scales, unit: scale).stretched(by: factor))
            }
        }
        return distributions
    }

    /// What the residuals of one channel's observations say at the query's times.
    private func conditional(
        _ process: MaternProcess, channel: Int, answer: SeriesAnswer
    ) -> MaternProcess.Conditional {
        let asked = answer.query.times.count
        let context = answer.context
        let observed = context.times.indices.filter { context.mask[$0 * answer.channels + channel] != 0 }
        return process.conditional(
            times: observed.map { context.times[$0] },
            values: answer.samples.map { sample in
                observed.map { index in
                    Double(context.values[index * answer.channels + channel])
                        - answer.mean(sample: sample, time: asked + index, channel: channel)
                }
            },
            at: Array(answer.times[..<asked]))
    }
}
