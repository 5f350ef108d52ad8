import Foundation
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct GatedRecurrentUnitTests {
    private let lanes = Kernels<Double>.lanesPerBlock
    private let unit = GatedRecurrentUnit(inputs: 3, hidden: 5)
    private let steps = 4

    /// Lane l takes part in the first l mod 5 steps.
    private func fill(_ tape: GatedRecurrentUnit.Tape<Double>) {
        let random = CounterRandom(seed: 9, stream: 1)
        for index in 0..<steps * 3 * lanes { tape.inputs.pointer[index] = random.normal(UInt64(index)) }
        for step in 0..<steps {
            for lane in 0..<lanes { tape.active.pointer[step * lanes + lane] = step < lane % 5 ? 1 : 0 }
        }
    }

    private func finalState(_ parameters: [Double], _ kernels: Kernels<Double>) -> [Double] {
        let tape = GatedRecurrentUnit.Tape<Double>(unit, steps: steps)
        fill(tape)
        unit.record(tape, parameters: parameters, kernels: kernels)
        return Array(UnsafeBufferPointer(start: tape.finalState, count: 5 * lanes))
    }

    /// The unit written out with scalars, lane by lane, from the formula alone.
    private func reference(_ parameters: [Double], lane: Int) -> [Double] {
        let tape = GatedRecurrentUnit.Tape<Double>(unit, steps: steps)
        fill(tape)
        func slice(_ name: String) -> ParameterSlice {
            guard let slice = unit.layout.slices.first(where: { $0.name == name }) else { fatalError(name) }
            return slice
        }
        func product(_ x: [Double], _ name: String, _ column: Int) -> Double {
            let weights = slice(name)
            return x.indices.reduce(0) { $0 + x[$1] * parameters[weights.offset + $1 * weights.shape[1] + column] }
        }
        func bias(_ name: String, _ column: Int) -> Double { parameters[slice(name).offset + column] }
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        var h = [Double](repeating: 0, count: 5)
        for step in 0..<lane % 5 {
            let x = (0..<3).map { tape.inputs.pointer[(step * 3 + $0) * lanes + lane] }
            h = (0..<5).map { i in
                let reset = sigmoid(
                    product(x, "inputGates", i) + product(h, "hiddenGates", i) + bias("gatesBias", i))
                let update = sigmoid(
                    product(x, "inputGates", 5 + i) + product(h, "hiddenGates", 5 + i) + bias("gatesBias", 5 + i))
                let candidate = tanh(
                    product(x, "inputCandidate", i) + bias("inputBias", i)
                        + reset * (product(h, "hiddenCandidate", i) + bias("hiddenBias", i)))
                return (1 - update) * candidate + update * h[i]
            }
        }
        return h
    }

    /// Ones before, between and behind the rows that are read; lanes that have ended hold zeros there.
    @Test(arguments: [0..<1, 1..<2, 1..<3, 0..<2], InstructionSet.supported)
    func `rows of ones left out of the products change nothing but roundings`(
        ones: Range<Int>, instructionSet: InstructionSet
    ) {
        let kernels = Kernels<Double>(instructionSet)
        let parameters = ParameterVector<Double>(layout: unit.layout, seed: 4)
        let cotangent = (0..<5 * lanes).map { CounterRandom(seed: 3, stream: 2).normal(UInt64($0)) }
        func pass(_ ones: Range<Int>, filled: Range<Int>) -> (state: [Double], gradient: [Double]) {
            let tape = GatedRecurrentUnit.Tape<Double>(unit, steps: steps, ones: ones)
            fill(tape)
            for step in 0..<steps {
                for row in filled {
                    let start = (step * 3 + row) * lanes
                    for lane in 0..<lanes {
                        tape.inputs.pointer[start + lane] = tape.active.pointer[step * lanes + lane]
                    }
                }
            }
            unit.record(tape, parameters: parameters.pointer, kernels: kernels)
            let state = Array(UnsafeBufferPointer(start: tape.finalState, count: 5 * lanes))
            var stateCotangent = cotangent
            var gradient = [Double](repeating: 0, count: unit.layout.count)
            unit.pullback(
                &stateCotangent, tape: tape, parameters: parameters.pointer, gradient: &gradient, kernels: kernels,
                workspace: GatedRecurrentUnit.Workspace(unit))
            return (state, gradient + stateCotangent)
        }
        let expected = pass(0..<0, filled: ones)
        let actual = pass(ones, filled: ones)
        for (left, right) in zip(expected.state + expected.gradient, actual.state + actual.gradient) {
            #expect(abs(left - right) < 1e-12 * max(abs(left), 1))
        }
    }

    @Test(arguments: InstructionSet.supported)
    func `each lane follows the formula for its own number of steps`(instructionSet: InstructionSet) {
        let kernels = Kernels<Double>(instructionSet)
        let parameters = ParameterVector<Double>(layout: unit.layout, seed: 4).values
        let state = finalState(parameters, kernels)
        for lane in 0..<lanes {
            for (component, expected) in reference(parameters, lane: lane).enumerated() {
                // Sums of a dozen terms of order one: a few ULP.
                #expect(abs(state[component * lanes + lane] - expected) < 1e-14)
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func `the pullback is the gradient by finite differences`(instructionSet: InstructionSet) {
        let kernels = Kernels<Double>(instructionSet)
        let parameters = ParameterVector<Double>(layout: unit.layout, seed: 4)
        let random = CounterRandom(seed: 10, stream: 2)
        let cotangent = (0..<5 * lanes).map { random.normal(UInt64($0)) }
        var pulledBack = cotangent

        let tape = GatedRecurrentUnit.Tape<Double>(unit, steps: steps)
        fill(tape)
        unit.record(tape, parameters: parameters.pointer, kernels: kernels)
        var gradient = [Double](repeating: 0, count: unit.layout.count)
        unit.pullback(
            &pulledBack, tape: tape, parameters: parameters.pointer, gradient: &gradient, kernels: kernels,
            workspace: GatedRecurrentUnit.Workspace(unit))

        let expected = FiniteDifferences.gradient(at: parameters.values) { values in
            zip(finalState(values, kernels), cotangent).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-7)
    }
}
