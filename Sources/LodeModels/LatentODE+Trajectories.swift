public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// What is decoded along sampled trajectories of one series; T times as asked for.
public struct DecodedTrajectories: Sendable, Hashable {
    /// The mean of each value, `[S][T][C]`: in normalised units for Gaussian and Student-t channels, else a rate of
    /// counts or a probability.
    public var means: [Float]
    /// The scale of each value, `[S][T][C]`: the deviation or scale of Gaussian and Student-t channels, the dispersion of
    /// negative binomial ones; empty where noise is one number for each channel, ``LatentODE/noise(_:)``.
    public var scales: [Float]
    /// The rate of observation times for each unit of model time, `[S][T]`; empty for a model without an intensity.
    public var intensities: [Float]
    /// What the head says, `[S]`: a probability, or a normalised value; empty for a model without a head.
    public var outcomesOfHead: [Float]
    /// S, the posterior samples.
    public var sampleCount: Int
    /// How each sample's trajectory ended, in model time after the origin.
    public var outcomes: [Outcome]
}

extension LatentODE {
    /// Samples B series' latent trajectories and decodes them at times of their own.
    ///
    /// - Parameters:
    ///   - times: for each series, model times in any order, before the origin too.
    ///   - identities: name each series' random numbers.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func trajectories(
        of series: [ObservedSeries], times: [[Double]], sampleCount: Int, identities: [UInt64], seed: UInt64,
        parameters: ParameterVector<Float>, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [DecodedTrajectories] {
        let posterior = posterior(of: series, parameters: parameters, kernels: kernels, pool: pool)
        let initialStates = try carried(
            posterior.samples(sampleCount, identities: identities, seed: seed, epoch: .max), posterior: posterior,
            of: series, parameters: parameters, kernels: kernels, pool: pool)
        let controls = controls(of: series, sampleCount: sampleCount)
        let solver = solver(parameters, controls: controls, kernels: kernels, pool: pool)
        // The head reads states of its own; their times follow those asked for.
        let heads = series.map { one in
            configuration.head.map { ExampleTimes.head($0.source, contextTimes: one.times) }
        }
        let all = zip(times, heads).map { $0 + ($1?.nodes ?? []) }
        let forward = try solver.solve(
            controls.addingJumps(
                to: oneSided(all, initialStates: initialStates, sampleCount: sampleCount, direction: 1)))
        let backward =
            all.allSatisfy { $0.allSatisfy { $0 >= 0 } }
            ? nil
            : try solver.solve(
                controls.addingJumps(
                    to: oneSided(all, initialStates: initialStates, sampleCount: sampleCount, direction: -1)))
        let readings = readings(
            of: merge(forward.states, backward?.states, times: all, sampleCount: sampleCount),
            parameters: parameters, kernels: kernels, pool: pool)

        var results: [DecodedTrajectories] = []
        var row = 0
        for index in series.indices {
            let range = index * sampleCount..<(index + 1) * sampleCount
            let outcomes = range.map { sample in
                if let backward, backward.outcomes[sample] != .completed { return backward.outcomes[sample] }
                return forward.outcomes[sample]
            }
            var result = DecodedTrajectories(
                means: [], scales: [], intensities: [], outcomesOfHead: [], sampleCount: sampleCount,
                outcomes: outcomes)
            for _ in 0..<sampleCount {
                readings.append(rows: row..<row + times[index].count, to: &result)
                row += times[index].count
                if let weights = heads[index]?.weights {
                    readings.append(head: row..<row + weights.count, weights: weights, to: &result)
                    row += weights.count
                }
            }
            results.append(result)
        }
        return results
    }

    /// Decodes the trajectories that begin at given latent states, each as a sample of a series of which nothing is known.
    ///
    /// - Parameters:
    ///   - initialStates: latent states at the origin, `[S][L]`.
    ///   - times: model times, none before the origin, in any order.
    /// - Precondition: the model has no known inputs.
    /// - Throws: ``SolveError`` where a time is not finite.
    public func trajectories(
        from initialStates: [Float], times: [Double], parameters: ParameterVector<Float>, kernels: Kernels<Float>,
        pool: ThreadPool
    ) throws(SolveError) -> DecodedTrajectories {
        precondition(configuration.dynamics.controls.isEmpty, "known inputs are not known here")
        let count = initialStates.count / configuration.latentDimension
        let solution = try solver(
            parameters, controls: ControlTable([.none], interpolations: [], sampleCount: count), kernels: kernels,
            pool: pool
        ).solve(oneSided([times], initialStates: initialStates, sampleCount: count, direction: 1))
        let readings = readings(of: solution.states, parameters: parameters, kernels: kernels, pool: pool)
        var result = DecodedTrajectories(
            means: [], scales: [], intensities: [], outcomesOfHead: [], sampleCount: count,
            outcomes: solution.outcomes)
        readings.append(rows: 0..<count * times.count, to: &result)
        return result
    }

    /// The trajectories from the origin in one direction; times on the other side are asked for at the origin.
    private func oneSided(
        _ times: [[Double]], initialStates: [Float], sampleCount: Int, direction: Double
    ) -> TrajectoryBatch<Float> {
        var evaluationTimes: [Double] = []
        var offsets = [0]
        var ends: [Double] = []
        for seriesTimes in times {
            // NaN goes through to the solver, which refuses it by name.
            let clamped = seriesTimes.map { $0 * direction < 0 ? 0 : $0 }
            let end = clamped.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
            for _ in 0..<sampleCount {
                evaluationTimes += clamped
                offsets.append(evaluationTimes.count)
                ends.append(end)
            }
        }
        return TrajectoryBatch(
            initialStates: initialStates, startTimes: Array(repeating: 0, count: ends.count), endTimes: ends,
            evaluationTimes: evaluationTimes, evaluationOffsets: offsets)
    }

    private func merge(
        _ forward: [Float], _ backward: [Float]?, times: [[Double]], sampleCount: Int
    ) -> [Float] {
        guard let backward else { return forward }
        let latent = configuration.latentDimension
        var states = forward
        var row = 0
        for seriesTimes in times {
            for _ in 0..<sampleCount {
                for time in seriesTimes {
                    if time < 0 {
                        let range = row * latent..<(row + 1) * latent
                        states.replaceSubrange(range, with: backward[range])
                    }
                    row += 1
                }
            }
        }
        return states
    }
}
