internal import Foundation
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension LatentODE {
    /// The bound of a minibatch and the gradient of its loss.
    ///
    /// - Parameters:
    ///   - examples: the series of the minibatch, in an order that fixes the order of sums.
    ///   - objective: which bound, and what beside it.
    ///   - seed, epoch: choose the posterior samples, together with each example's identity.
    ///   - gradient: receives that of ``EvidenceLowerBound/loss``, overwritten, `[layout.count]`.
    /// - Throws: ``SolveError`` where target times are not finite.
    ///
    /// Deterministic: the same bits for any number of threads. Step sizes of the solve count as constants.
    @specialized(where Scalar == Float)
    public func gradient<Scalar: KernelScalar>(
        of examples: [SeriesExample], objective: Objective, seed: UInt64, epoch: UInt64,
        parameters: ParameterVector<Scalar>, into gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) throws(SolveError) -> EvidenceLowerBound {
        let encoding = encode(
            examples.map(\.context), pullsBack: true, parameters: parameters, kernels: kernels, pool: pool)
        var samples = PosteriorSamples(
            posterior: encoding.posterior, count: objective.sampleCount, identities: examples.map(\.identity),
            seed: seed, epoch: epoch)
        let gaussian = samples.states
        let carried = try recordCarried(
            gaussian, posterior: encoding.posterior, of: examples.map(\.context), parameters: parameters,
            kernels: kernels, pool: pool)
        samples.logDensityChanges = carried?.logDensityChanges ?? []
        let initialStates = carried?.states ?? gaussian

        let controls = controls(of: examples.map(\.context), sampleCount: objective.sampleCount)
        let solver = solver(parameters, controls: controls, kernels: kernels, pool: pool)
        let rows = BatchRows(
            examples: examples, objective: objective, configuration: configuration)
        let recorded = try solver.solveRecording(controls.addingJumps(to: rows.trajectories(from: initialStates)))
        let isFinished = recorded.solution.outcomes.map { $0 == .completed }

        let judge = BatchJudge(
            model: self, rows: rows, objective: objective, isFinished: isFinished,
            states: recorded.solution.states, parameters: parameters, kernels: kernels, pool: pool)
        let shares = judge.shares(samples: samples, initialStates: initialStates)
        var judgement = judge.judgement(shares: shares)
        let energy = objective.pathPenalty.map { penalty in
            let share = penalty.weight / Double(max(isFinished.count, 1))
            let nodes = rows.pathNodes { isFinished[$0] ? share : 0 }
            let energy = pathEnergy(
                penalty, nodes: nodes, states: recorded.solution.states, field: solver.field, kernels: kernels,
                pool: pool)
            judgement.add(energy.stateCotangents, rows: nodes.map(\.row), dimension: configuration.latentDimension)
            return energy
        }
        let dynamicsCotangents = solver.pullback(recorded, stateCotangents: judgement.stateCotangents)

        gradient.update(repeating: 0, count: layout.count)
        kernels.add(dynamicsCotangents.parameters, to: gradient + dynamicsRange.lowerBound)
        if let energy { kernels.add(energy.gradient, to: gradient + dynamicsRange.lowerBound) }
        judgement.add(to: gradient, of: self, kernels: kernels)
        let scale = objective.klWeight / Double(max(rows.observedCount, 1))
        // With a flow the divergence has no closed form: it is that of the samples.
        var divergence = PosteriorDivergence(
            samples: samples, scale: scale,
            shares: objective.isImportanceWeighted || carried != nil ? shares.values : nil)
        var sampleCotangents = dynamicsCotangents.initialStates
        if let carried, let placed = posteriorFlow {
            let result = try carried.pullback(
                states: sampleCotangents,
                weights: isFinished.indices.map { isFinished[$0] ? scale * shares.values[$0] : 0 })
            kernels.add(result.parameters, to: gradient + placed.range.lowerBound)
            sampleCotangents = result.samples
            divergence.flowContext = result.context
        }
        let posteriorCotangents = divergence.cotangents(
            stateCotangents: sampleCotangents, contexts: examples.map(\.context))
        pullBackEncoder(
            encoding.tapes, posteriorCotangents: posteriorCotangents, parameters: parameters, gradient: gradient,
            kernels: kernels, pool: pool)

        var bound = judgement.bound
        if carried == nil {
            for series in examples.indices { bound.klDivergence += encoding.posterior.klDivergence(series: series) }
        } else {
            // A mean of the samples, of which each series has as many.
            let ratios = samples.logRatios(states: initialStates)
            for trajectory in ratios.indices where isFinished[trajectory] {
                bound.klDivergence -= ratios[trajectory] / Double(objective.sampleCount)
            }
        }
        let evidence =
            objective.isImportanceWeighted
            ? shares.logEvidence
            : bound.logLikelihood + objective.intensityWeight * bound.intensityLogLikelihood
                - objective.klWeight * bound.klDivergence
        bound.pathPenalty = energy?.value ?? 0
        bound.loss =
            -evidence / Double(max(rows.observedCount, 1)) + objective.headWeight * (bound.headLoss ?? 0)
            + bound.pathPenalty
        return bound
    }

    private func pullBackEncoder<Scalar>(
        _ tapes: [SeriesEncoder.Tape<Scalar>], posteriorCotangents: [[Scalar]],
        parameters: ParameterVector<Scalar>, gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) {
        let shared = TapeList(tapes)
        let partial = pool.map(tapes.count) { block, _ in
            let buffer = AlignedBuffer<Scalar>(count: encoder.layout.count)
            posteriorCotangents[block].withUnsafeBufferPointer { cotangent in
                guard let cotangent = cotangent.baseAddress else { return }
                shared.tapes[block].pullback(
                    posteriorCotangent: cotangent,
                    parameters: UnsafePointer(parameters.pointer + encoderRange.lowerBound),
                    gradient: buffer.pointer, kernels: kernels)
            }
            return buffer
        }
        for buffer in partial {
            kernels.addScaled(gradient + encoderRange.lowerBound, buffer.pointer, count: encoder.layout.count)
        }
    }

    /// Tapes that were written before and are only read now; each by one thread.
    private struct TapeList<Scalar: KernelScalar>: @unchecked Sendable {
        let tapes: [SeriesEncoder.Tape<Scalar>]

        init(_ tapes: [SeriesEncoder.Tape<Scalar>]) {
            self.tapes = tapes
        }
    }
}
