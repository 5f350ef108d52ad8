internal import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

extension LatentODE {
    /// Where a flow carried samples of the posteriors.
    struct CarriedSamples<Scalar: KernelScalar>: Sendable {
        /// The initial latent states, `[B][S][L]`; NaN where the flow's solve did not finish.
        var states: [Scalar]
        /// By how much the flow has changed the log-density of each, `[B · S]`.
        var logDensityChanges: [Double]
        /// The trajectories that took part: those of series of which something was observed.
        fileprivate let trajectories: [Int]
        fileprivate let flow: ContinuousFlow<PlanarFlowField<Scalar>>
        fileprivate let recorded: ContinuousFlow<PlanarFlowField<Scalar>>.RecordedTransport
    }

    /// Samples of the Gaussian posteriors, `[B][S][L]`, passed through the flow; as they are without one, and for series
    /// without observations, whose posterior is the prior.
    func carried<Scalar>(
        _ samples: [Scalar], posterior: LatentPosterior<Scalar>, of series: [ObservedSeries],
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) throws(SolveError) -> [Scalar] {
        guard let placed = posteriorFlow else { return samples }
        let trajectories = observed(series, trajectories: samples.count / configuration.latentDimension)
        let flow = flow(placed, parameters: parameters, kernels: kernels, pool: pool)
        let transport = try flow.push(
            rows(samples, trajectories), context: context(posterior, trajectories, samples: samples, of: series))
        return scattered(transport.points, outcomes: transport.outcomes, over: samples, trajectories)
    }

    /// As ``carried(_:posterior:of:parameters:kernels:pool:)``, with what the pullback needs; nil without a flow.
    func recordCarried<Scalar>(
        _ samples: [Scalar], posterior: LatentPosterior<Scalar>, of series: [ObservedSeries],
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) throws(SolveError) -> CarriedSamples<Scalar>? {
        guard let placed = posteriorFlow else { return nil }
        let trajectories = observed(series, trajectories: samples.count / configuration.latentDimension)
        let flow = flow(placed, parameters: parameters, kernels: kernels, pool: pool)
        let recorded = try flow.recordTransport(
            rows(samples, trajectories), context: context(posterior, trajectories, samples: samples, of: series),
            from: flow.startTime, to: flow.endTime, route: .discretizeThenOptimize)
        var changes = [Double](repeating: 0, count: samples.count / configuration.latentDimension)
        for (place, trajectory) in trajectories.enumerated() {
            changes[trajectory] = recorded.transport.logDensityChanges[place]
        }
        return CarriedSamples(
            states: scattered(
                recorded.transport.points, outcomes: recorded.transport.outcomes, over: samples, trajectories),
            logDensityChanges: changes, trajectories: trajectories, flow: flow, recorded: recorded)
    }

    // MARK: - Rows

    private func flow<Scalar>(
        _ placed: PlacedFlow, parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> ContinuousFlow<PlanarFlowField<Scalar>> {
        let field = PlanarFlowField(placed.dynamics, parameters: parameters, range: placed.range, kernels: kernels)
        var controller = StepSizeController.integral
        // What a flow is conditioned on does not move, and would only water the mean error down.
        controller.includedComponents = (0..<field.dimension).map { $0 <= field.spaceDimension }
        return ContinuousFlow(
            solver: BatchSolver(
                field: field, method: .dormandPrince54, controller: controller,
                tolerances: Tolerances(
                    relative: configuration.relativeTolerance, absolute: configuration.absoluteTolerance),
                kernels: kernels, pool: pool, maxSteps: configuration.maxSteps), startTime: 0, endTime: 1)
    }

    private func observed(_ series: [ObservedSeries], trajectories: Int) -> [Int] {
        let samples = trajectories / max(series.count, 1)
        return (0..<trajectories).filter { !series[$0 / samples].times.isEmpty }
    }

    private func rows<Scalar>(_ values: [Scalar], _ rows: [Int]) -> [Scalar] {
        let latent = configuration.latentDimension
        return rows.flatMap { values[$0 * latent..<($0 + 1) * latent] }
    }

    private func context<Scalar>(
        _ posterior: LatentPosterior<Scalar>, _ trajectories: [Int], samples: [Scalar], of series: [ObservedSeries]
    ) -> [Scalar] {
        let latent = configuration.latentDimension
        let count = samples.count / latent / max(series.count, 1)
        return trajectories.flatMap { trajectory in
            let row = trajectory / count * latent..<(trajectory / count + 1) * latent
            return posterior.means[row] + posterior.logVariances[row]
        }
    }

    private func scattered<Scalar: KernelScalar>(
        _ points: [Scalar], outcomes: [Outcome], over samples: [Scalar], _ trajectories: [Int]
    ) -> [Scalar] {
        let latent = configuration.latentDimension
        var states = samples
        for (place, trajectory) in trajectories.enumerated() {
            let isFinished = outcomes[place] == .completed
            for component in 0..<latent {
                let value = isFinished ? points[place * latent + component] : Scalar.nan
                states[trajectory * latent + component] = value
            }
        }
        return states
    }
}

extension LatentODE.CarriedSamples {
    /// The cotangents of the samples before the flow, `[B][S][L]`, of what each was conditioned on, `[B][S][2L]`, and of the
    /// flow's parameters.
    ///
    /// - Parameters:
    ///   - states: the loss's cotangents of the states, `[B][S][L]`, without that of the prior.
    ///   - weights: what −log p(z) + log q(z) of each sample weighs in the loss, `[B · S]`; 0 for one that does not count.
    func pullback(
        states cotangents: [Scalar], weights: [Double]
    ) throws(SolveError) -> (samples: [Scalar], context: [Scalar], parameters: [Scalar]) {
        let latent = flow.solver.field.spaceDimension
        var samples = [Scalar](repeating: 0, count: states.count)
        // d(−log p)/dz = z.
        for (trajectory, weight) in weights.enumerated() where weight != 0 {
            for place in trajectory * latent..<(trajectory + 1) * latent {
                samples[place] = cotangents[place] + Scalar(weight) * states[place]
            }
        }
        let result = try flow.pullback(
            recorded, points: trajectories.flatMap { samples[$0 * latent..<($0 + 1) * latent] },
            logDensityChanges: trajectories.map { weights[$0] })
        var context = [Scalar](repeating: 0, count: 2 * states.count)
        for (place, trajectory) in trajectories.enumerated() {
            for component in 0..<latent {
                samples[trajectory * latent + component] = result.points[place * latent + component]
            }
            for component in 0..<2 * latent {
                context[trajectory * 2 * latent + component] = result.context[place * 2 * latent + component]
            }
        }
        return (samples, context, result.parameters)
    }
}
