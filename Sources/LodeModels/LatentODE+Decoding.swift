internal import LodeNetworks
internal import LodeNumerics

extension LatentODE {
    /// The decoded means and what a likelihood made of them.
    ///
    /// Latent states lie in rows, `[rows][L]`; a row's targets are `target(row)`. Rows are worked on in blocks of
    /// lanes, blocks in shards whose number depends on the rows alone, so that the sums have one order.
    struct DecodingPass<Scalar: KernelScalar> {
        var logLikelihood = 0.0
        /// The cotangents of the latent states, `[rows][L]`.
        var stateCotangents: [Scalar]
        /// The cotangents of the decoder's parameters.
        var decoderGradient: [Scalar]
        /// The cotangents of the noise's parameters, `[C]`.
        var noiseGradient: [Double]
    }

    /// Where a row's targets are found.
    struct RowTargets: Sendable {
        /// The target's values and masks begin here, `[C]` each.
        var offset: Int
        /// The weight of the row's likelihood in the loss; 0 leaves the row out.
        var weight: Double
    }

    static var mostShards: Int { 16 }

    /// Decodes all rows and pulls the loss −Σ weight · log p back to the states, the decoder and the noise.
    func likelihoodPass<Scalar>(
        states: [Scalar], targets: [RowTargets], values: [Float], mask: [Float],
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> DecodingPass<Scalar> {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let rows = targets.count
        let blocks = (rows + lanes - 1) / lanes
        let shards = min(blocks, Self.mostShards)
        let results = pool.map(shards) { index, _ in
            let shard = Shard<Scalar>(self)
            for block in blocks * index / shards..<blocks * (index + 1) / shards {
                shard.run(
                    rows: block * lanes..<min((block + 1) * lanes, rows), states: states, targets: targets,
                    values: values, mask: mask, parameters: parameters, kernels: kernels)
            }
            return shard
        }
        var pass = DecodingPass<Scalar>(
            stateCotangents: [], decoderGradient: Array(repeating: 0, count: decoder.layout.count),
            noiseGradient: Array(repeating: 0, count: configuration.channels))
        pass.stateCotangents.reserveCapacity(states.count)
        for shard in results {
            pass.logLikelihood += shard.logLikelihood
            pass.stateCotangents += shard.stateCotangents
            pass.decoderGradient.withUnsafeMutableBufferPointer { sum in
                guard let sum = sum.baseAddress else { return }
                kernels.addScaled(sum, shard.gradient.pointer, count: decoder.layout.count)
            }
            for channel in 0..<configuration.channels { pass.noiseGradient[channel] += shard.noiseGradient[channel] }
        }
        return pass
    }

    /// One thread's share of a pass.
    private final class Shard<Scalar: KernelScalar> {
        let model: LatentODE
        var logLikelihood = 0.0
        var stateCotangents: [Scalar] = []
        let gradient: AlignedBuffer<Scalar>
        var noiseGradient: [Double]

        private let tape: MultilayerPerceptron.Tape<Scalar>
        private let workspace: MultilayerPerceptron.Workspace<Scalar>
        private let input: AlignedBuffer<Scalar>
        private let inputCotangent: AlignedBuffer<Scalar>
        private let outputCotangent: AlignedBuffer<Scalar>

        init(_ model: LatentODE) {
            self.model = model
            let lanes = Kernels<Scalar>.lanesPerBlock
            gradient = AlignedBuffer(count: model.decoder.layout.count)
            noiseGradient = Array(repeating: 0, count: model.configuration.channels)
            tape = MultilayerPerceptron.Tape(model.decoder)
            workspace = MultilayerPerceptron.Workspace(model.decoder)
            input = AlignedBuffer(count: model.configuration.latentDimension * lanes)
            inputCotangent = AlignedBuffer(count: model.configuration.latentDimension * lanes)
            outputCotangent = AlignedBuffer(count: model.configuration.channels * lanes)
        }

        func run(
            rows: Range<Int>, states: [Scalar], targets: [RowTargets], values: [Float], mask: [Float],
            parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>
        ) {
            // Rows that do not count may hold NaN, which a zero cotangent would not stop: they are read as 0.
            model.gatherBlock(input.pointer, rows: rows, states: states, kernels: kernels) { targets[$0].weight != 0 }
            let decoderParameters = UnsafePointer(parameters.pointer + model.decoderRange.lowerBound)
            model.decoder.record(tape, input: input.pointer, parameters: decoderParameters, kernels: kernels)
            score(rows: rows, targets: targets, values: values, mask: mask, parameters: parameters)
            model.decoder.pullback(
                outputCotangent.pointer, input: input.pointer, tape: tape, inputCotangent: inputCotangent.pointer,
                parameters: decoderParameters, gradient: gradient.pointer, kernels: kernels, workspace: workspace)
            appendCotangents(count: rows.count)
        }

        /// The likelihood of the block's targets and its cotangent with respect to the decoded means.
        @specialized(where Scalar == Float)
        private func score(
            rows: Range<Int>, targets: [RowTargets], values: [Float], mask: [Float],
            parameters: ParameterVector<Scalar>
        ) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let means = tape.output
            outputCotangent.clear()
            for channel in 0..<model.configuration.channels {
                let parameter = Double(parameters.pointer[model.noise.offset + channel])
                let deviation = GaussianNoise.standardDeviation(parameter)
                var deviationSlope = 0.0
                for (lane, row) in rows.enumerated() {
                    let target = targets[row]
                    let index = target.offset + channel
                    if target.weight == 0 || mask[index] == 0 { continue }
                    let residual = Double(means[channel * lanes + lane]) - Double(values[index])
                    let term = GaussianNoise.negativeLogLikelihood(residual: residual, standardDeviation: deviation)
                    logLikelihood -= target.weight * term.value
                    outputCotangent.pointer[channel * lanes + lane] = Scalar(target.weight * term.residualSlope)
                    deviationSlope += target.weight * term.logDeviationSlope
                }
                noiseGradient[channel] += deviationSlope * GaussianNoise.logSlope(parameter)
            }
        }

        @specialized(where Scalar == Float)
        private func appendCotangents(count: Int) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            for lane in 0..<count {
                for component in 0..<model.configuration.latentDimension {
                    stateCotangents.append(inputCotangent.pointer[component * lanes + lane])
                }
            }
        }
    }

    /// block[c][lane] = states[row of lane][c]; lanes beyond the rows, or whose row is not included, are 0.
    func gatherBlock<Scalar>(
        _ block: UnsafeMutablePointer<Scalar>, rows: Range<Int>, states: [Scalar], kernels: Kernels<Scalar>,
        isIncluded: (Int) -> Bool = { _ in true }
    ) {
        let latent = configuration.latentDimension
        let lanes = Kernels<Scalar>.lanesPerBlock
        states.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: lanes) { pointers in
                for lane in 0..<lanes {
                    let row = rows.lowerBound + lane
                    let isUsed = row < rows.upperBound && isIncluded(row)
                    pointers[lane] = isUsed ? UnsafeRawPointer(base + row * latent) : nil
                }
                guard let rowPointers = pointers.baseAddress else { return }
                kernels.gatherRows(block, rows: UnsafePointer(rowPointers), components: latent, lanes: lanes)
            }
        }
    }
}
