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
    /// By what the bands are stretched.
    public let calibration: Calibration

    /// A model ready to predict.
    public init(
        model: LatentODE, parameters: ParameterVector<Float>, normalization: Normalization, calibration: Calibration
    ) {
        self.model = model
        self.parameters = parameters
        self.normalization = normalization
        self.calibration = calibration
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
    public var distributions: [PredictiveMixture]
    /// How the solve of each posterior sample ended.
    public var outcomes: [Outcome]
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
    /// The predictive distributions of several series at times of their own, calibrated.
    ///
    /// - Parameters:
    ///   - sampleCount: posterior samples, the components of each mixture.
    ///   - seed: chooses them, together with the position of a query in `queries`.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func predict(
        _ queries: [SeriesQuery], sampleCount: Int, seed: UInt64, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [PredictiveSeries] {
        let channels = model.configuration.channels
        let levels = queries.map { normalization.levels(of: $0.context) }
        let contexts = queries.indices.map {
            normalization.observed(queries[$0].context, origin: queries[$0].origin, levels: levels[$0])
        }
        let trajectories = try model.trajectories(
            of: contexts,
            times: queries.map { query in
                query.times.map { normalization.modelTime($0, origin: query.origin) }
            },
            sampleCount: sampleCount, identities: queries.indices.map { UInt64($0) }, seed: seed,
            parameters: parameters, kernels: kernels, pool: pool)
        let deviations = model.noiseStandardDeviations(parameters)
        return queries.indices.map { index in
            let query = queries[index]
            let decoded = trajectories[index]
            let range = query.context.times.first.flatMap { first in query.context.times.last.map { first...$0 } }
            var distributions: [PredictiveMixture] = []
            for (position, time) in query.times.enumerated() {
                let isInside = range?.contains(time) ?? false
                let factor = isInside ? calibration.interpolation : calibration.extrapolation
                for channel in 0..<channels {
                    let scale = normalization.channelScales[channel]
                    let means = (0..<sampleCount).map { sample in
                        let offset = (sample * query.times.count + position) * channels + channel
                        return levels[index][channel] + scale * Double(decoded.means[offset])
                    }
                    let mixture = PredictiveMixture(means: means, componentDeviation: scale * deviations[channel])
                    distributions.append(factor == 1 ? mixture : mixture.widened(by: factor))
                }
            }
            return PredictiveSeries(distributions: distributions, outcomes: decoded.outcomes)
        }
    }
}
