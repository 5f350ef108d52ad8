internal import LodeNetworks
internal import LodeNumerics

extension LatentODE {
    /// Where a row's targets are found.
    struct RowTargets: Sendable {
        /// The row's position in the states.
        var row: Int
        /// The target's values and masks begin here, `[C]` each.
        var offset: Int
        /// The weight of the row's likelihood in the loss; 0 leaves the row out.
        var weight: Double
    }

    /// Decodes rows of states and judges their targets by the loss −Σ weight · log p.
    ///
    /// The pass's values are log p of each row; its sums are the cotangents of the noise's parameters, `[2C]`: scales,
    /// then degrees of freedom.
    func likelihoodPass<Scalar>(
        states: [Scalar], targets: [RowTargets], values: [Float], mask: [Float],
        cotangents: RowCotangents<Scalar>?, parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) -> RowPass<Scalar> {
        let channels = configuration.channels
        let scorer = LikelihoodScorer(self, parameters: parameters)
        return RowPass(
            RowPass.Input(
                network: decoder, range: decoderRange, count: targets.count, position: { targets[$0].row },
                weight: { targets[$0].weight }, sumCount: 2 * channels),
            states: states, cotangents: cotangents, parameters: parameters, kernels: kernels, pool: pool
        ) { block, sums in
            scorer.score(block, sums: &sums, targets: targets, values: values, mask: mask)
        }
    }

    /// The cotangents of the channels' scales; where they are one number, it has their mean: all start alike and move
    /// alike.
    func tied(_ cotangents: [Double]) -> [Double] {
        guard configuration.noise == .common else { return cotangents }
        let sharing = cotangents.indices.filter { configuration.families[$0].isLocationScale }
        var cotangents = cotangents
        let mean = sharing.reduce(0) { $0 + cotangents[$1] } / Double(max(sharing.count, 1))
        for channel in sharing { cotangents[channel] = mean }
        return cotangents
    }

    /// Judges decoded blocks.
    private struct LikelihoodScorer: Sendable {
        private let channels: Int
        private let scales: [Double]
        /// The noise of each channel; where it is decoded at each point, at the channel's own scale.
        private let noises: [ObservationNoise]
        private let isDecoded: Bool

        init<Scalar>(_ model: LatentODE, parameters: ParameterVector<Scalar>) {
            let families = model.configuration.families
            let freedoms = model.freedomParameters(parameters)
            channels = model.configuration.channels
            isDecoded = model.configuration.noise == .point
            scales = model.scaleParameters(parameters)
            noises = (0..<channels).map { [scales] in
                ObservationNoise(families[$0], scaleParameter: scales[$0], freedomParameter: freedoms[$0])
            }
        }

        @specialized(where Scalar == Float)
        func score<Scalar: KernelScalar>(
            _ block: RowPass<Scalar>.Block, sums: inout [Double], targets: [RowTargets], values: [Float],
            mask: [Float]
        ) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            for channel in 0..<channels {
                if !isDecoded, let gaussian = noises[channel].gaussian {
                    sums[channel] += score(
                        block, channel: channel, gaussian, targets: targets, values: values, mask: mask)
                    continue
                }
                var scaleSlope = 0.0
                var freedomSlope = 0.0
                let common = noises[channel]
                for (lane, row) in block.rows.enumerated() {
                    let target = targets[row]
                    let index = target.offset + channel
                    if target.weight == 0 || mask[index] == 0 { continue }
                    let value = Double(values[index])
                    let output = Double(block.outputs[channel * lanes + lane])
                    let term =
                        isDecoded
                        ? decodedNoise(block, channel: channel, lane: lane).term(value: value, output: output)
                        : common.term(value: value, output: output)
                    block.values[lane] -= term.value
                    block.cotangents[channel * lanes + lane] = Scalar(target.weight * term.outputSlope)
                    scaleSlope += target.weight * term.scaleSlope
                    freedomSlope += target.weight * term.freedomSlope
                    if isDecoded {
                        block.cotangents[(channels + channel) * lanes + lane] = Scalar(
                            target.weight * term.scaleSlope)
                    }
                }
                sums[channel] += scaleSlope
                sums[channels + channel] += freedomSlope
            }
        }

        /// The same of a Gaussian channel, without looking at its family at each value; the cotangent of the scale.
        @specialized(where Scalar == Float)
        private func score<Scalar: KernelScalar>(
            _ block: RowPass<Scalar>.Block, channel: Int, _ gaussian: ObservationNoise.Gaussian,
            targets: [RowTargets], values: [Float], mask: [Float]
        ) -> Double {
            let first = channel * Kernels<Scalar>.lanesPerBlock
            var scaleSlope = 0.0
            for (lane, row) in block.rows.enumerated() {
                let target = targets[row]
                let index = target.offset + channel
                if target.weight == 0 || mask[index] == 0 { continue }
                let ratio = (Double(block.outputs[first + lane]) - Double(values[index])) * gaussian.inverseScale
                block.values[lane] -= 0.5 * ratio * ratio + gaussian.top
                block.cotangents[first + lane] = Scalar(target.weight * ratio * gaussian.inverseScale)
                scaleSlope += target.weight * (1 - ratio * ratio)
            }
            return scaleSlope * gaussian.logScaleSlope
        }

        private func decodedNoise<Scalar: KernelScalar>(
            _ block: RowPass<Scalar>.Block, channel: Int, lane: Int
        ) -> ObservationNoise {
            let decoded = Double(block.outputs[(channels + channel) * Kernels<Scalar>.lanesPerBlock + lane])
            return noises[channel].scaled(parameter: scales[channel] + decoded)
        }
    }

    func scaleParameters<Scalar>(_ parameters: ParameterVector<Scalar>) -> [Double] {
        (0..<configuration.channels).map { Double(parameters.pointer[noise.offset + $0]) }
    }

    func freedomParameters<Scalar>(_ parameters: ParameterVector<Scalar>) -> [Double] {
        (0..<configuration.channels).map { channel in
            freedom.map { Double(parameters.pointer[$0.offset + channel]) } ?? 0
        }
    }
}
