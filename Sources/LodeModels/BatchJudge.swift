internal import Foundation
internal import LodeNetworks
internal import LodeNumerics

/// Judges the trajectories of a minibatch by everything that its loss counts.
struct BatchJudge<Scalar: KernelScalar> {
    let model: LatentODE
    let rows: BatchRows
    let objective: Objective
    /// Which trajectories the solver finished; others count for nothing.
    let isFinished: [Bool]
    let states: [Scalar]
    let parameters: ParameterVector<Scalar>
    let kernels: Kernels<Scalar>
    let pool: ThreadPool

    /// What each sample weighs in its series' bound.
    struct Shares {
        /// `[B · S]`; they sum to 1 in each series, to 0 where no trajectory of an importance-weighted one was finished.
        var values: [Double]
        /// The importance-weighted bounds of all series with a finished trajectory, in nats; 0 for the plain bound.
        var logEvidence: Double
    }

    /// What the loss says of the states and of the networks that read them.
    struct Judgement {
        var bound: EvidenceLowerBound
        /// `[rows][L]`.
        var stateCotangents: [Scalar]
        var decoder: RowPass<Scalar>
        var intensity: RowPass<Scalar>?
        var head: RowPass<Scalar>?

        /// Adds cotangents of the states at some rows, `[rows][L]`.
        mutating func add(_ cotangents: [Scalar], rows: [Int], dimension: Int) {
            for (position, row) in rows.enumerated() {
                for component in 0..<dimension {
                    stateCotangents[row * dimension + component] += cotangents[position * dimension + component]
                }
            }
        }

        /// Adds the gradients of the networks to the model's.
        func add(to gradient: UnsafeMutablePointer<Scalar>, of model: LatentODE, kernels: Kernels<Scalar>) {
            func add(_ values: [Scalar], at offset: Int) { kernels.add(values, to: gradient + offset) }
            add(decoder.gradient, at: model.decoderRange.lowerBound)
            let channels = model.configuration.channels
            add(model.tied(Array(decoder.sums[..<channels])).map { Scalar($0) }, at: model.noise.offset)
            if let freedom = model.freedom { add(decoder.sums[channels...].map { Scalar($0) }, at: freedom.offset) }
            if let intensity, let placed = model.intensity { add(intensity.gradient, at: placed.range.lowerBound) }
            if let head, let placed = model.head { add(head.gradient, at: placed.range.lowerBound) }
        }
    }

    /// Equal shares, or for an importance-weighted bound the normalised weights p(x, z) / q(z | x).
    func shares(samples: PosteriorSamples<Scalar>, initialStates: [Scalar]) -> Shares {
        let count = objective.sampleCount
        guard objective.isImportanceWeighted else {
            return Shares(values: Array(repeating: 1 / Double(count), count: isFinished.count), logEvidence: 0)
        }
        let finished = { (trajectory: Int) in isFinished[trajectory] ? 1.0 : 0 }
        var logWeights = samples.logRatios(states: initialStates).map { objective.klWeight * $0 }
        let targets = rows.targets(weight: finished)
        let likelihood = likelihoodPass(targets, cotangents: nil)
        for (index, sum) in rows.sums(of: likelihood.values, rows: targets.map(\.row)).enumerated() {
            logWeights[index] += sum
        }
        if let intensity = intensityPass(rows.intensityRows(weight: finished), cotangents: nil) {
            let positions = rows.intensityRows(weight: finished).map(\.row)
            for (index, sum) in rows.sums(of: intensity.values, rows: positions).enumerated() {
                logWeights[index] += objective.intensityWeight * sum
            }
        }
        // A sample without a trajectory has no likelihood: it weighs nothing beside those that have one.
        for trajectory in logWeights.indices where !isFinished[trajectory] { logWeights[trajectory] = -.infinity }
        var shares = Shares(values: logWeights, logEvidence: 0)
        for start in stride(from: 0, to: logWeights.count, by: count) {
            let range = start..<start + count
            let largest = logWeights[range].reduce(-.infinity, max)
            guard largest > -.infinity else {
                for index in range { shares.values[index] = 0 }
                continue
            }
            let sum = logWeights[range].reduce(0) { $0 + exp($1 - largest) }
            shares.logEvidence += largest + log(sum / Double(count))
            for index in range { shares.values[index] = exp(logWeights[index] - largest) / sum }
        }
        return shares
    }

    /// The loss of all rows, each trajectory weighing its share.
    @specialized(where Scalar == Float)
    func judgement(shares: Shares) -> Judgement {
        let perValue = 1 / Double(max(rows.observedCount, 1))
        func share(_ trajectory: Int) -> Double { isFinished[trajectory] ? shares.values[trajectory] : 0 }
        let targets = rows.targets { perValue * share($0) }
        let intensityRows = rows.intensityRows { perValue * objective.intensityWeight * share($0) }
        // Samples count alike for the head: the importance weights belong to the bound.
        let perLabel = 1 / Double(max(rows.labelledCount, 1) * objective.sampleCount)
        let headRows = rows.headRows { isFinished[$0] ? objective.headWeight * perLabel : 0 }

        var cotangents = [Scalar](repeating: 0, count: states.count)
        let (decoder, intensity, head) = cotangents.withUnsafeMutableBufferPointer { buffer in
            let target = buffer.baseAddress.map {
                RowCotangents($0, dimension: model.configuration.latentDimension)
            }
            return (
                likelihoodPass(targets, cotangents: target), intensityPass(intensityRows, cotangents: target),
                headPass(headRows, cotangents: target)
            )
        }

        var bound = EvidenceLowerBound(
            loss: 0, logLikelihood: decoder.total / perValue,
            intensityLogLikelihood: 0, klDivergence: 0, headLoss: nil, observedCount: rows.observedCount,
            unfinishedTrajectories: isFinished.count { !$0 })
        let intensityScale = perValue * objective.intensityWeight
        if let intensity, intensityScale != 0 {
            bound.intensityLogLikelihood = intensity.total / intensityScale
        }
        if let head {
            bound.headLoss = objective.headWeight == 0 ? 0 : -head.total / objective.headWeight
        }
        return Judgement(
            bound: bound, stateCotangents: cotangents, decoder: decoder, intensity: intensity, head: head)
    }

    private func likelihoodPass(
        _ targets: [LatentODE.RowTargets], cotangents: RowCotangents<Scalar>?
    ) -> RowPass<Scalar> {
        model.likelihoodPass(
            states: states, targets: targets, values: rows.values, mask: rows.mask, cotangents: cotangents,
            parameters: parameters, kernels: kernels, pool: pool)
    }

    private func intensityPass(
        _ rows: [LatentODE.WeightedRow], cotangents: RowCotangents<Scalar>?
    ) -> RowPass<Scalar>? {
        guard let placed = model.intensity, let configuration = model.configuration.intensity else { return nil }
        return model.intensityPass(
            placed, base: configuration.base, rows: rows, states: states, cotangents: cotangents,
            parameters: parameters, kernels: kernels, pool: pool)
    }

    private func headPass(
        _ headRows: [LatentODE.WeightedRow], cotangents: RowCotangents<Scalar>?
    ) -> RowPass<Scalar>? {
        guard let placed = model.head, let configuration = model.configuration.head, rows.labelledCount > 0 else {
            return nil
        }
        return model.headPass(
            placed, target: configuration.target, rows: headRows, states: states, cotangents: cotangents,
            parameters: parameters, kernels: kernels, pool: pool)
    }
}
