public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// Decoded means along sampled trajectories of one series.
public struct DecodedTrajectories: Sendable, Hashable {
    /// `[S][T][C]`, in normalised units; T as asked for.
    public var means: [Float]
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
        let initialStates = posterior.samples(sampleCount, identities: identities, seed: seed, epoch: .max)
        let solver = solver(parameters, kernels: kernels, pool: pool)
        let forward = try solver.solve(
            oneSided(times, initialStates: initialStates, sampleCount: sampleCount, direction: 1))
        let backward =
            times.allSatisfy { $0.allSatisfy { $0 >= 0 } }
            ? nil
            : try solver.solve(
                oneSided(times, initialStates: initialStates, sampleCount: sampleCount, direction: -1))

        let channels = configuration.channels
        var results: [DecodedTrajectories] = []
        var row = 0
        let decoded = decode(
            merge(forward.states, backward?.states, times: times, sampleCount: sampleCount), parameters: parameters,
            kernels: kernels, pool: pool)
        for (index, seriesTimes) in times.enumerated() {
            let rows = seriesTimes.count * sampleCount
            let range = index * sampleCount..<(index + 1) * sampleCount
            let outcomes = range.map { sample in
                if let backward, backward.outcomes[sample] != .completed { return backward.outcomes[sample] }
                return forward.outcomes[sample]
            }
            results.append(
                DecodedTrajectories(
                    means: Array(decoded[row * channels..<(row + rows) * channels]), sampleCount: sampleCount,
                    outcomes: outcomes))
            row += rows
        }
        return results
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

    /// Decodes latent states, `[rows][L]` to `[rows][C]`.
    func decode(
        _ states: [Float], parameters: ParameterVector<Float>, kernels: Kernels<Float>, pool: ThreadPool
    ) -> [Float] {
        let lanes = Kernels<Float>.lanesPerBlock
        let channels = configuration.channels
        let rows = states.count / configuration.latentDimension
        let blocks = (rows + lanes - 1) / lanes
        let shards = min(blocks, Self.mostShards)
        let parts = pool.map(shards) { index, _ in
            let input = AlignedBuffer<Float>(count: configuration.latentDimension * lanes)
            let output = AlignedBuffer<Float>(count: channels * lanes)
            let workspace = MultilayerPerceptron.Workspace<Float>(decoder)
            var decoded: [Float] = []
            for block in blocks * index / shards..<blocks * (index + 1) / shards {
                let range = block * lanes..<min((block + 1) * lanes, rows)
                gatherBlock(input.pointer, rows: range, states: states, kernels: kernels)
                decoder.evaluate(
                    output.pointer, input: input.pointer,
                    parameters: UnsafePointer(parameters.pointer + decoderRange.lowerBound), lanes: lanes,
                    kernels: kernels, workspace: workspace)
                for lane in 0..<range.count {
                    for channel in 0..<channels { decoded.append(output.pointer[channel * lanes + lane]) }
                }
            }
            return decoded
        }
        return parts.flatMap(\.self)
    }
}
