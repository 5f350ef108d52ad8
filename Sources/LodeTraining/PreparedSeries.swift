internal import LodeModels
public import LodeNumerics
public import LodeSolvers

/// A series that a model has read, ready to be asked about any times, again and again.
///
/// The answer at a time does not depend on the other times asked for. Safe to share between threads.
public final class PreparedSeries: Sendable {
    private let trained: TrainedModel
    private let decoder: PredictionDecoder
    private let context: ChannelSeries
    private let origin: Double
    private let path: LatentPath

    init(
        _ context: ChannelSeries, origin: Double, trained: TrainedModel, sampleCount: Int, seed: UInt64,
        kernels: Kernels<Float>, pool: ThreadPool
    ) {
        self.trained = trained
        self.context = context
        self.origin = origin
        decoder = PredictionDecoder(trained)
        let plan = decoder.plan(SeriesQuery(context: context, origin: origin, times: []))
        path = LatentPath(
            of: plan.context, model: trained.model,
            reach: max(trained.normalization.trainedHorizon, Normalization.modelSpan), sampleCount: sampleCount,
            seed: seed, parameters: trained.parameters, kernels: kernels, pool: pool)
    }

    /// About how many bytes it holds now.
    public var byteCount: Int {
        path.byteCount + context.times.count * (16 + 5 * trained.model.configuration.channels)
    }

    /// The predictive distributions at times in the dataset's unit, in any order.
    ///
    /// - Parameter includesNoise: whether they are of what would be measured, calibrated; else of what measurements vary
    ///   about, as the model has it.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func predict(_ times: [Double], includesNoise: Bool = true) throws(SolveError) -> PredictiveSeries {
        let plan = decoder.plan(SeriesQuery(context: context, origin: origin, times: times))
        let trajectories = try path.decoded(at: plan.times)
        return trained.series(
            plan, trajectories: trajectories, decoder: decoder, of: includesNoise ? .observation : .expectation)
    }

    /// The latent states at times in the dataset's unit, `[S][T][L]`; NaN where a solve ended before.
    public func latentStates(_ times: [Double]) throws(SolveError) -> [Float] {
        try path.states(at: times.map { trained.normalization.modelTime($0, origin: origin) }).states
    }
}

extension TrainedModel {
    /// Reads a series; see ``predict(_:sampleCount:seed:kernels:pool:)`` for many at once.
    public func prepare(
        _ context: ChannelSeries, origin: Double, sampleCount: Int, seed: UInt64, kernels: Kernels<Float>,
        pool: ThreadPool
    ) -> PreparedSeries {
        PreparedSeries(
            context, origin: origin, trained: self, sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
    }
}
