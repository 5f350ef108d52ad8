internal import LodeNumerics

/// Products with the inputs, without the rows that are known to be 1.
extension GatedRecurrentUnit {
    /// The input rows that take part in products: those before ``Tape/ones``, and those behind.
    private func rows<Scalar>(of tape: Tape<Scalar>) -> [Range<Int>] {
        tape.ones.isEmpty
            ? [0..<inputs] : [0..<tape.ones.lowerBound, tape.ones.upperBound..<inputs].filter { !$0.isEmpty }
    }

    /// Sums up what the rows of ones add to the biases.
    func foldOnes<Scalar>(_ tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>) {
        guard !tape.ones.isEmpty else { return }
        var target = tape.foldedBiases.pointer
        for (weights, bias, outputs) in [(inputGates, gatesBias, 2 * hidden), (inputCandidate, inputBias, hidden)] {
            target.update(from: parameters + bias.offset, count: outputs)
            for row in tape.ones {
                kernels.addScaled(target, parameters + weights.offset + row * outputs, count: outputs)
            }
            target += outputs
        }
    }

    /// out = x · weights + bias, `[outputs][lanes]`; `folded` is the bias's place among the folded ones.
    func multiply<Scalar>(
        _ x: UnsafePointer<Scalar>, by weights: ParameterSlice, bias: ParameterSlice, foldedAt folded: Int,
        into out: UnsafeMutablePointer<Scalar>, outputs: Int, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        kernels: Kernels<Scalar>
    ) {
        let lanes = tape.lanes
        let bias =
            tape.ones.isEmpty ? parameters + bias.offset : UnsafePointer(tape.foldedBiases.pointer + folded)
        let first = tape.ones.isEmpty ? inputs : tape.ones.lowerBound
        let weights = parameters + weights.offset
        kernels.dense(
            out, input: x, weights: weights, bias: bias, inputs: first, outputs: outputs, lanes: lanes,
            activation: .identity)
        let rest = tape.ones.isEmpty ? inputs : tape.ones.upperBound
        guard rest < inputs else { return }
        kernels.denseAccumulate(
            out, input: x + rest * lanes, weights: weights + rest * outputs, inputs: inputs - rest, outputs: outputs,
            lanes: lanes)
    }

    /// Adds the cotangents of the inputs' weights and of their bias: a row of ones has the bias's.
    func addInputGradient<Scalar>(
        of steps: Range<Int>, _ weights: ParameterSlice, _ bias: ParameterSlice, cotangent: UnsafePointer<Scalar>,
        outputs: Int, to gradient: UnsafeMutablePointer<Scalar>, tape: Tape<Scalar>, kernels: Kernels<Scalar>
    ) {
        let lanes = tape.lanes
        let x = tape.inputs.pointer + steps.lowerBound * inputs * lanes
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: outputs) { sums in
            guard let sum = sums.baseAddress else { return }
            sum.initialize(repeating: 0, count: outputs)
            for (index, rows) in rows(of: tape).enumerated() {
                kernels.densePullbackParameters(
                    weights: gradient + weights.offset + rows.lowerBound * outputs, bias: index == 0 ? sum : nil,
                    input: x + rows.lowerBound * lanes, inputStride: inputs * lanes, cotangent: cotangent,
                    cotangentStride: outputs * lanes, inputs: rows.count, outputs: outputs, blocks: steps.count)
            }
            kernels.addScaled(gradient + bias.offset, sum, count: outputs)
            for row in tape.ones {
                kernels.addScaled(gradient + weights.offset + row * outputs, sum, count: outputs)
            }
        }
    }
}
