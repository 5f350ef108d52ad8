internal import Foundation
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension LatentODE {
    /// The evidence lower bound of a minibatch and the gradient of its loss.
    ///
    /// - Parameters:
    ///   - examples: the series of the minibatch, in an order that fixes the order of sums.
    ///   - sampleCount: posterior samples of each series.
    ///   - klWeight: the weight of the divergence in the loss.
    ///   - seed, epoch: choose the posterior samples, together with each example's identity.
    ///   - gradient: receives that of ``EvidenceLowerBound/loss(klWeight:)``, overwritten, `[layout.count]`.
    /// - Throws: ``SolveError`` where target times are not finite.
    ///
    /// Deterministic: the same bits for any number of threads. Step sizes of the solve count as constants.
    public func gradient<Scalar>(
        of examples: [SeriesExample], sampleCount: Int, klWeight: Double, seed: UInt64, epoch: UInt64,
        parameters: ParameterVector<Scalar>, into gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) throws(SolveError) -> EvidenceLowerBound {
        let encoding = encode(examples.map(\.context), parameters: parameters, kernels: kernels, pool: pool)
        let identities = examples.map(\.identity)
        let initialStates = encoding.posterior.samples(
            sampleCount, identities: identities, seed: seed, epoch: epoch)

        let solver = solver(parameters, kernels: kernels, pool: pool)
        let recorded = try solver.solveRecording(
            trajectories(of: examples.map(\.targets.times), initialStates: initialStates, sampleCount: sampleCount))

        var rows = TargetRows(examples: examples, sampleCount: sampleCount, channels: configuration.channels)
        let unfinished = rows.leaveOut(recorded.solution.outcomes.map { $0 != .completed })
        let pass = likelihoodPass(
            states: recorded.solution.states, targets: rows.targets, values: rows.values, mask: rows.mask,
            parameters: parameters, kernels: kernels, pool: pool)
        let dynamicsCotangents = solver.pullback(recorded, stateCotangents: pass.stateCotangents)

        let posterior = encoding.posterior
        var divergence = 0.0
        for series in examples.indices { divergence += posterior.klDivergence(series: series) }
        let bound = EvidenceLowerBound(
            logLikelihood: pass.logLikelihood * Double(max(rows.observedCount, 1)), klDivergence: divergence,
            observedCount: rows.observedCount, unfinishedTrajectories: unfinished)

        gradient.update(repeating: 0, count: layout.count)
        add(dynamicsCotangents.parameters, to: gradient + dynamicsRange.lowerBound)
        add(pass.decoderGradient, to: gradient + decoderRange.lowerBound)
        add(pass.noiseGradient.map { Scalar($0) }, to: gradient + noise.offset)
        let klScale = klWeight / Double(max(rows.observedCount, 1))
        let posteriorCotangents = posteriorCotangents(
            posterior, stateCotangents: dynamicsCotangents.initialStates, identities: identities,
            sampleCount: sampleCount, klScale: klScale, seed: seed, epoch: epoch, contexts: examples.map(\.context))
        pullBackEncoder(
            encoding.tapes, posteriorCotangents: posteriorCotangents, parameters: parameters, gradient: gradient,
            kernels: kernels, pool: pool)
        return bound
    }

    /// The batch of B × S trajectories from the origin through each series' own times.
    func trajectories<Scalar>(
        of times: [[Double]], initialStates: [Scalar], sampleCount: Int
    ) -> TrajectoryBatch<Scalar> {
        var evaluationTimes: [Double] = []
        var offsets = [0]
        var ends: [Double] = []
        for seriesTimes in times {
            for _ in 0..<sampleCount {
                evaluationTimes += seriesTimes
                offsets.append(evaluationTimes.count)
                ends.append(max(seriesTimes.last ?? 0, 0))
            }
        }
        return TrajectoryBatch(
            initialStates: initialStates, startTimes: Array(repeating: 0, count: ends.count), endTimes: ends,
            evaluationTimes: evaluationTimes, evaluationOffsets: offsets)
    }

    /// The targets of all trajectories, a row for each time.
    private struct TargetRows {
        var targets: [RowTargets] = []
        var values: [Float] = []
        var mask: [Float] = []
        var observedCount = 0
        /// 1 / (S · observed values): what one sample's likelihood of one value weighs in the loss.
        private let weight: Double
        private var rowsOfTrajectory: [Range<Int>] = []

        init(examples: [SeriesExample], sampleCount: Int, channels: Int) {
            observedCount = examples.reduce(0) { $0 + $1.targets.observedCount }
            weight = 1 / Double(max(observedCount, 1) * sampleCount)
            for example in examples {
                let offset = values.count
                values += example.targets.values
                mask += example.targets.mask
                for _ in 0..<sampleCount {
                    let first = targets.count
                    for index in example.targets.times.indices {
                        targets.append(RowTargets(offset: offset + index * channels, weight: weight))
                    }
                    rowsOfTrajectory.append(first..<targets.count)
                }
            }
        }

        /// Takes the weight from trajectories that are marked; returns how many.
        mutating func leaveOut(_ isUnfinished: [Bool]) -> Int {
            var count = 0
            for (trajectory, unfinished) in isUnfinished.enumerated() where unfinished {
                count += 1
                for row in rowsOfTrajectory[trajectory] { targets[row].weight = 0 }
            }
            return count
        }
    }

    private func add<Scalar: KernelScalar>(_ values: [Scalar], to target: UnsafeMutablePointer<Scalar>) {
        for (index, value) in values.enumerated() { target[index] += value }
    }

    /// The cotangents of posterior means and log variances, a block `[2L][lanes]` for each block of series.
    @specialized(where Scalar == Float)
    private func posteriorCotangents<Scalar: KernelScalar>(
        _ posterior: LatentPosterior<Scalar>, stateCotangents: [Scalar], identities: [UInt64], sampleCount: Int,
        klScale: Double, seed: UInt64, epoch: UInt64, contexts: [ObservedSeries]
    ) -> [[Scalar]] {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let latent = configuration.latentDimension
        let range = LatentPosterior<Scalar>.logVarianceRange
        let blocks = (identities.count + lanes - 1) / lanes
        var cotangents = [[Scalar]](
            repeating: Array(repeating: 0, count: 2 * latent * lanes), count: blocks)
        for series in identities.indices where !contexts[series].times.isEmpty {
            for component in 0..<latent {
                let index = series * latent + component
                let mean = Double(posterior.means[index])
                let logVariance = Double(posterior.logVariances[index])
                var meanSlope = klScale * mean
                var varianceSlope = klScale * 0.5 * (exp(logVariance) - 1)
                for sample in 0..<sampleCount {
                    let random = LatentPosterior<Scalar>.noise(
                        seed: seed, identity: identities[series], epoch: epoch, sample: sample)
                    let slope = Double(stateCotangents[(series * sampleCount + sample) * latent + component])
                    meanSlope += slope
                    varianceSlope += slope * 0.5 * exp(0.5 * logVariance) * random.normal(UInt64(component))
                }
                // At a bound the clamp has no slope.
                if logVariance <= range.lowerBound || logVariance >= range.upperBound { varianceSlope = 0 }
                cotangents[series / lanes][component * lanes + series % lanes] = Scalar(meanSlope)
                cotangents[series / lanes][(latent + component) * lanes + series % lanes] = Scalar(varianceSlope)
            }
        }
        return cotangents
    }

    private func pullBackEncoder<Scalar>(
        _ tapes: [RecurrentEncoder.Tape<Scalar>], posteriorCotangents: [[Scalar]],
        parameters: ParameterVector<Scalar>, gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) {
        let shared = TapeList(tapes)
        let partial = pool.map(tapes.count) { block, _ in
            let buffer = AlignedBuffer<Scalar>(count: encoder.layout.count)
            let workspace = RecurrentEncoder.Workspace<Scalar>(encoder)
            posteriorCotangents[block].withUnsafeBufferPointer { cotangent in
                guard let cotangent = cotangent.baseAddress else { return }
                encoder.pullback(
                    posteriorCotangent: cotangent, tape: shared.tapes[block],
                    parameters: UnsafePointer(parameters.pointer + encoderRange.lowerBound),
                    gradient: buffer.pointer, kernels: kernels, workspace: workspace)
            }
            return buffer
        }
        for buffer in partial {
            kernels.addScaled(gradient + encoderRange.lowerBound, buffer.pointer, count: encoder.layout.count)
        }
    }

    /// Tapes that were written before and are only read now; each by one thread.
    private struct TapeList<Scalar: KernelScalar>: @unchecked Sendable {
        let tapes: [RecurrentEncoder.Tape<Scalar>]

        init(_ tapes: [RecurrentEncoder.Tape<Scalar>]) {
            self.tapes = tapes
        }
    }
}
