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
        states: [Scalar], targets: [RowTargets], values: [Float], mask: [Float], pullsBack: Bool = true,
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> RowPass<Scalar> {
        let channels = configuration.channels
        let scorer = LikelihoodScorer(self, parameters: parameters)
        return RowPass(
            RowPass.Input(
                network: decoder, range: decoderRange, rows: targets.map(\.row),
                isIncluded: targets.map { $0.weight != 0 }, sumCount: 2 * channels, pullsBack: pullsBack),
            states: states, parameters: parameters, kernels: kernels, pool: pool
        ) { block, sums in
            scorer.score(block, sums: &sums, targets: targets, values: values, mask: mask)
        }
    }

    /// Judges decoded blocks.
    private struct LikelihoodScorer: Sendable {
        private let channels: Int
        private let families: [ObservationFamily]
        private let scales: [Double]
        private let freedoms: [Double]
        /// The noise of each channel; nil where it is decoded at each point.
        private let noises: [ObservationNoise]?

        init<Scalar>(_ model: LatentODE, parameters: ParameterVector<Scalar>) {
            channels = model.configuration.channels
            families = model.configuration.families
            scales = model.scaleParameters(parameters)
            freedoms = model.freedomParameters(parameters)
            noises =
                model.configuration.noise == .point
                ? nil
                : (0..<channels).map { [families, scales, freedoms] in
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
                var scaleSlope = 0.0
                var freedomSlope = 0.0
                for (lane, row) in block.rows.enumerated() {
                    let target = targets[row]
                    let index = target.offset + channel
                    if target.weight == 0 || mask[index] == 0 { continue }
                    let noise = noises?[channel] ?? decodedNoise(block, channel: channel, lane: lane)
                    let term = noise.term(
                        value: Double(values[index]), output: Double(block.outputs[channel * lanes + lane]))
                    block.values[lane] -= term.value
                    block.cotangents[channel * lanes + lane] = Scalar(target.weight * term.outputSlope)
                    scaleSlope += target.weight * term.scaleSlope
                    freedomSlope += target.weight * term.freedomSlope
                    if noises == nil {
                        block.cotangents[(channels + channel) * lanes + lane] = Scalar(
                            target.weight * term.scaleSlope)
                    }
                }
                sums[channel] += scaleSlope
                sums[channels + channel] += freedomSlope
            }
        }

        private func decodedNoise<Scalar: KernelScalar>(
            _ block: RowPass<Scalar>.Block, channel: Int, lane: Int
        ) -> ObservationNoise {
            let decoded = Double(block.outputs[(channels + channel) * Kernels<Scalar>.lanesPerBlock + lane])
            return ObservationNoise(
                families[channel], scaleParameter: scales[channel] + decoded, freedomParameter: freedoms[channel])
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
