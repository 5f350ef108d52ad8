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
    /// The calibration of the model without its correction; nil where it has none.
    public var uncorrectedCalibration: Calibration?
    /// The log-densities of validation series, for each value, ascending; empty where they are not known.
    public var seriesDensities: [Double] = []
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

    /// The same model, solved at least to some tolerances: training is content with less than an answer should be.
    public func solvedAtLeast(relativeTolerance: Double, absoluteTolerance: Double) -> TrainedModel {
        solved(
            relativeTolerance: min(model.configuration.relativeTolerance, relativeTolerance),
            absoluteTolerance: min(model.configuration.absoluteTolerance, absoluteTolerance))
    }

    /// The same model, solved to other tolerances.
    public func solved(relativeTolerance: Double, absoluteTolerance: Double) -> TrainedModel {
        var configuration = model.configuration
        configuration.relativeTolerance = relativeTolerance
        configuration.absoluteTolerance = absoluteTolerance
        var result = TrainedModel(
            model: LatentODE(configuration), parameters: parameters, normalization: normalization,
            correction: correction, calibration: calibration, outcome: outcome)
        result.uncorrectedCalibration = uncorrectedCalibration
        result.seriesDensities = seriesDensities
        return result
    }

    /// The same model without its local correction, with bands that are calibrated for that.
    public var withoutCorrection: TrainedModel {
        var plain = self
        plain.correction = .none(channels: normalization.channelMeans.count)
        if let uncorrectedCalibration { plain.calibration = uncorrectedCalibration }
        plain.uncorrectedCalibration = nil
        return plain
    }
}

/// What a model expects of one series.
public struct PredictiveSeries: Sendable, Hashable {
    /// The distributions of each channel, `[C]`, in the data's units.
    public var channels: [ChannelDistributions]
    /// How the solve of each posterior sample ended.
    public var outcomes: [Outcome]
    /// The rate of observation times, averaged over the samples, for each unit of the dataset's time, `[T]`; empty for a
    /// model without an intensity.
    public var intensities: [Double]
    /// What the head says of the series: a probability, or the mean of the outcome in its own units; nil without a head.
    public var outcome: Double?

    package init(
        channels: [ChannelDistributions], outcomes: [Outcome], intensities: [Double], outcome: Double?
    ) {
        self.channels = channels
        self.outcomes = outcomes
        self.intensities = intensities
        self.outcome = outcome
    }

    /// The distribution of one channel at the time asked for at position `time`.
    public subscript(time: Int, channel: Int) -> PredictiveDistribution { channels[channel][time] }
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
        let decoder = PredictionDecoder(self)
        let plans = queries.map { decoder.plan($0) }
        let trajectories = try model.trajectories(
            of: plans.map(\.context), times: plans.map(\.times), sampleCount: sampleCount,
            identities: queries.indices.map { UInt64($0) }, seed: seed, parameters: parameters, kernels: kernels,
            pool: pool)
        return pool.map(queries.count) { index, _ in
            series(plans[index], trajectories: trajectories[index], decoder: decoder)
        }
    }

    func series(
        _ plan: PredictionDecoder.Plan, trajectories: DecodedTrajectories, decoder: PredictionDecoder,
        of quantity: PredictionDecoder.Quantity = .observation,
        residuals: PredictionDecoder.ResidualPosteriors? = nil, pool: ThreadPool? = nil
    ) -> PredictiveSeries {
        PredictiveSeries(
            channels: decoder.channels(
                plan, trajectories: trajectories, of: quantity, residuals: residuals, pool: pool),
            outcomes: trajectories.outcomes,
            intensities: intensities(plan, trajectories), outcome: outcome(trajectories))
    }

    /// The mean intensity at the times asked for; the times that follow them are left out.
    private func intensities(_ plan: PredictionDecoder.Plan, _ trajectories: DecodedTrajectories) -> [Double] {
        let rates = trajectories.intensities
        guard !rates.isEmpty else { return [] }
        let scale = 1 / (Double(trajectories.sampleCount) * normalization.timeUnit)
        return (0..<plan.asked).map { time in
            (0..<trajectories.sampleCount).reduce(0) { $0 + Double(rates[$1 * plan.times.count + time]) } * scale
        }
    }

    private func outcome(_ trajectories: DecodedTrajectories) -> Double? {
        let said = trajectories.outcomesOfHead
        guard !said.isEmpty, let outcome else { return nil }
        return outcome.value(said.reduce(0) { $0 + Double($1) } / Double(said.count))
    }
}
