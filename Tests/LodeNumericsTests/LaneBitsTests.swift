import LodeNumerics
import LodeTestSupport
import Testing

/// A lane's bits do not depend on the lane, on its neighbours, or on whether there are any.
@Suite struct LaneBitsTests {
    private func values<Scalar: KernelScalar>(_ count: Int, seed: UInt64, _: Scalar.Type) -> [Scalar] {
        let random = CounterRandom(seed: seed, stream: 1)
        return (0..<count).map { Scalar(2 * random.uniform(UInt64($0)) - 1) }
    }

    /// A lane of a block of so many rows.
    private func column<Scalar>(_ block: [Scalar], _ lane: Int, rows: Int) -> [Scalar] {
        (0..<rows).map { block[$0 * (block.count / rows) + lane] }
    }

    private func check<Scalar: KernelScalar>(_ type: Scalar.Type, _ instructionSet: InstructionSet, lanes: Int) {
        let kernels = Kernels<Scalar>(instructionSet)
        for (inputs, outputs) in [(1, 1), (3, 17), (20, 50), (50, 20), (33, 7)] {
            let weights = values(inputs * outputs, seed: 1, type)
            let bias = values(outputs, seed: 2, type)
            let block = values(inputs * lanes, seed: 3, type)
            for activation in Activation.allCases {
                var all = [Scalar](repeating: 0, count: outputs * lanes)
                kernels.dense(
                    &all, input: block, weights: weights, bias: bias, inputs: inputs, outputs: outputs, lanes: lanes,
                    activation: activation)
                for lane in [0, 5, lanes - 1] {
                    var one = [Scalar](repeating: 0, count: outputs)
                    kernels.dense(
                        &one, input: column(block, lane, rows: inputs), weights: weights, bias: bias, inputs: inputs,
                        outputs: outputs, lanes: 1, activation: activation)
                    #expect(one == column(all, lane, rows: outputs), "\(inputs) to \(outputs), \(activation)")
                }
            }
        }
        checkNorms(kernels, lanes: lanes)
        checkCombinations(kernels, lanes: lanes)
        checkRecurrence(kernels, lanes: lanes)
    }

    private func checkRecurrence<Scalar: KernelScalar>(_ kernels: Kernels<Scalar>, lanes: Int) {
        for n in [1, 7, 16, 37] {
            let gates = values(2 * n * lanes, seed: 8, Scalar.self)
            let (xn, hn) = (values(n * lanes, seed: 9, Scalar.self), values(n * lanes, seed: 10, Scalar.self))
            let h = values(n * lanes, seed: 11, Scalar.self)
            let active = (0..<lanes).map { Scalar($0 % 3 == 0 ? 0 : 1) }
            var all = [Scalar](repeating: 0, count: n * lanes)
            var candidates = all
            kernels.gru(
                &all, candidate: &candidates, gates: gates, xn: xn, hn: hn, h: h, active: active, hidden: n,
                lanes: lanes)
            for lane in [0, 5, lanes - 1] {
                var one = [Scalar](repeating: 0, count: n)
                var candidate = one
                kernels.gru(
                    &one, candidate: &candidate, gates: column(gates, lane, rows: 2 * n),
                    xn: column(xn, lane, rows: n), hn: column(hn, lane, rows: n), h: column(h, lane, rows: n),
                    active: [active[lane]], hidden: n, lanes: 1)
                #expect(one == column(all, lane, rows: n) && candidate == column(candidates, lane, rows: n))
            }
        }
    }

    private func checkNorms<Scalar: KernelScalar>(_ kernels: Kernels<Scalar>, lanes: Int) {
        for n in [1, 7, 16, 37] {
            let error = values(n * lanes, seed: 4, Scalar.self)
            let y0 = values(n * lanes, seed: 5, Scalar.self)
            let y1 = values(n * lanes, seed: 6, Scalar.self)
            let tolerance = values(n, seed: 7, Scalar.self).map { abs($0) + 0.1 }
            for maximum in [false, true] {
                var all = [Double](repeating: 0, count: lanes)
                kernels.errorNorm(
                    &all, error: error, y0: y0, y1: y1, relative: tolerance, absolute: tolerance, included: nil,
                    maximum: maximum, components: n, lanes: lanes)
                for lane in 0..<lanes {
                    var one = 0.0
                    kernels.errorNorm(
                        &one, error: column(error, lane, rows: n), y0: column(y0, lane, rows: n),
                        y1: column(y1, lane, rows: n), relative: tolerance, absolute: tolerance, included: nil,
                        maximum: maximum, components: n, lanes: 1)
                    #expect(one == all[lane])
                }
            }
        }
    }

    private func checkCombinations<Scalar: KernelScalar>(_ kernels: Kernels<Scalar>, lanes: Int) {
        let n = 23
        let term = values(n * lanes, seed: 8, Scalar.self)
        let base = values(n * lanes, seed: 9, Scalar.self)
        let scale = values(lanes, seed: 10, Scalar.self)
        for count in [2, 9] {
            let places = Array(repeating: 0, count: count)
            let coefficients = (0..<count).map { 0.3 - Double($0) }
            var all = [Scalar](repeating: 0, count: n * lanes)
            kernels.combine(
                &all, base: base, scale: scale, terms: term, stride: 0, places: places, coefficients: coefficients,
                count: count, components: n, lanes: lanes)
            for lane in 0..<lanes {
                var one = [Scalar](repeating: 0, count: n)
                kernels.combine(
                    &one, base: column(base, lane, rows: n), scale: [scale[lane]],
                    terms: column(term, lane, rows: n), stride: 0, places: places, coefficients: coefficients,
                    count: count, components: n, lanes: 1)
                #expect(one == column(all, lane, rows: n))
            }
        }
    }

    @Test(arguments: InstructionSet.supported, [8, 16])
    func `one lane alone gives the bits it has in a block`(_ instructionSet: InstructionSet, _ lanes: Int) {
        check(Float.self, instructionSet, lanes: lanes)
        check(Double.self, instructionSet, lanes: lanes)
    }

    @Test(arguments: InstructionSet.supported, [false, true])
    func `a NaN or an infinite state in any component reaches the error norm`(
        _ instructionSet: InstructionSet, _ maximum: Bool
    ) {
        let kernels = Kernels<Float>(instructionSet)
        for lanes in [1, 8, 16] {
            for n in [1, 2, 15, 16, 17, 40] {
                for bad in 0..<n {
                    for place in 0..<3 {
                        var arrays = [[Float]](repeating: [Float](repeating: 0.5, count: n * lanes), count: 3)
                        arrays[place][bad * lanes] = place == 0 ? .nan : .infinity
                        let ones = [Float](repeating: 1, count: n)
                        var norm = [Double](repeating: 0, count: lanes)
                        kernels.errorNorm(
                            &norm, error: arrays[0], y0: arrays[1], y1: arrays[2], relative: ones, absolute: ones,
                            included: nil, maximum: maximum, components: n, lanes: lanes)
                        #expect(norm[0].isNaN, "component \(bad) of \(n), array \(place)")
                        #expect(norm.dropFirst().allSatisfy { $0.isFinite })
                    }
                }
            }
        }
    }
}
