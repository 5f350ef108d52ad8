import LodeNumerics
import Testing

/// Step-size control by numbers worked out by hand; all instruction sets run one definition, which agrees with itself anyway.
@Suite struct StepKernelTests {
    private func buffer(_ values: [Double]) -> AlignedBuffer<Double> {
        let buffer = AlignedBuffer<Double>(count: values.count)
        for (index, value) in values.enumerated() { buffer.pointer[index] = value }
        return buffer
    }

    private func isClose(_ buffer: AlignedBuffer<Double>, _ expected: [Double]) -> Bool {
        expected.indices.allSatisfy { abs(buffer.pointer[$0] - expected[$0]) < 1e-15 }
    }

    /// On the way, near the stop, backward in time, idle.
    @Test(arguments: InstructionSet.supported)
    func `a step goes to the stop where it nearly reaches it, and an idle lane nowhere`(instructionSet: InstructionSet)
    {
        let (attempted, newTime) = (buffer([9, 9, 9, 9]), buffer([9, 9, 9, 9]))
        let (low, high) = (buffer([9, 9, 9, 9]), buffer([9, 9, 9, 9]))
        Kernels<Double>(instructionSet).chooseSteps(
            attempted: attempted.pointer, newTime: newTime.pointer, low: low.pointer, high: high.pointer,
            time: [1, 1, 1, 1], proposed: [0.5, 0.5, -0.5, 0.5], stop: [2, 1.502, 0, 2], active: [1, 1, 1, 0],
            stretch: 1.01, lanes: 4)
        #expect(isClose(attempted, [0.5, 0.502, -0.5, 0]))
        #expect(isClose(newTime, [1.5, 1.502, 0.5, 9]))
        #expect(isClose(low, [1, 1, 0.5, 9]) && isClose(high, [1.5, 1.502, 1, 9]))
    }

    /// Accepted; accepted after a rejection; rejected; NaN; idle; backward; held up by the smallest step, by the largest.
    @Test(arguments: InstructionSet.supported)
    func `the next size is the factor's, within its bounds`(instructionSet: InstructionSet) {
        let accepted = buffer(Array(repeating: 9, count: 8))
        let rejected = buffer([0, 1, 0, 0, 1, 0, 0, 0])
        let proposed = buffer(Array(repeating: 7, count: 8))
        let last = buffer(Array(repeating: -1, count: 8))
        let before = buffer(Array(repeating: -2, count: 8))
        Kernels<Double>(instructionSet).decideSteps(
            StepDecision(
                accepted: accepted.pointer, rejected: rejected.pointer, proposed: proposed.pointer,
                lastLogError: last.pointer, logErrorBefore: before.pointer, normScale: 0.5,
                factors: (least: 0.2, most: 2), safety: 0.9, largestStep: 5),
            norm: [0.5, 0.5, 8, .nan, 0.5, 1, 8, 0.5], logError: Array(repeating: -3, count: 8),
            factor: [3, 3, 0.95, 1, 1, 1.5, 0.1, 2], attempted: [0.1, 0.1, 0.1, 0.1, 0.1, -0.1, 0.1, 4],
            smallest: [0, 0, 0, 0, 0, 0, 0.05, 0], direction: [1, 1, 1, 1, 1, -1, 1, 1],
            active: [1, 1, 1, 1, 0, 1, 1, 1], lanes: 8)
        #expect(isClose(accepted, [1, 1, 0, 0, 0, 1, 0, 1]))
        #expect(isClose(rejected, [0, 0, 1, 1, 1, 0, 1, 0]))
        #expect(isClose(proposed, [0.2, 0.1, 0.09, 0.02, 7, -0.15, 0.05, 5]))
        #expect(isClose(last, [-3, -3, -1, -1, -1, -3, -1, -3]) && isClose(before, [-1, -1, -2, -2, -2, -1, -2, -1]))
    }
}
