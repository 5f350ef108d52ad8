internal import LodeModels
public import LodeNumerics
public import LodeSolvers
internal import Synchronization

/// A series that a model has read, ready to be asked about any times, again and again.
///
/// The answer at a time does not depend on the other times asked for. Safe to share between threads.
public final class PreparedSeries: Sendable {
    let trained: TrainedModel
    private let decoder: PredictionDecoder
    let context: ChannelSeries
    let origin: Double
    let path: LatentPath
    private let pool: ThreadPool
    /// What the context's residuals say, once a question has needed it.
    private let residuals = Mutex<PredictionDecoder.ResidualPosteriors?>(nil)

    init(
        _ context: ChannelSeries, origin: Double, trained: TrainedModel, sampleCount: Int, seed: UInt64,
        kernels: Kernels<Float>, pool: ThreadPool
    ) {
        self.trained = trained
        self.context = context
        self.origin = origin
        self.pool = pool
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
            + (residuals.withLock { $0?.byteCount } ?? 0)
    }

    /// The predictive distributions at times in the dataset's unit, in any order.
    ///
    /// - Parameter includesNoise: whether they are of what would be measured, calibrated; else of what measurements vary
    ///   about, as the model has it.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func predict(_ times: [Double], includesNoise: Bool = true) throws(SolveError) -> PredictiveSeries {
        let plan = decoder.plan(
            SeriesQuery(context: context, origin: origin, times: times), knowsResiduals: true)
        var trajectories = try path.decoded(at: plan.times)
        let known = try knownResiduals(plan.context, outcomes: &trajectories.outcomes)
        return trained.series(
            plan, trajectories: trajectories, decoder: decoder, of: includesNoise ? .observation : .expectation,
            residuals: known, pool: pool)
    }

    /// What the context's residuals say; nil without a correction.
    ///
    /// Where the context could not be solved for, `outcomes` say so.
    private func knownResiduals(
        _ context: ObservedSeries, outcomes: inout [Outcome]
    ) throws(SolveError) -> PredictionDecoder.ResidualPosteriors? {
        guard trained.correction.isActive else { return nil }
        if let known = residuals.withLock({ $0 }) { return known }
        // Worked out without the lock: two that ask at once make the same thing twice.
        let trajectories = try path.decoded(at: context.times)
        for (sample, outcome) in trajectories.outcomes.enumerated() where outcomes[sample] == .completed {
            outcomes[sample] = outcome
        }
        let made = decoder.residuals(of: context, trajectories: trajectories, pool: pool)
        if trajectories.outcomes.allSatisfy({ $0 == .completed }) { residuals.withLock { $0 = made } }
        return made
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
