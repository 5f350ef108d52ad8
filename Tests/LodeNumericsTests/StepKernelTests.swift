import Foundation
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

    @Test(arguments: InstructionSet.supported)
    func `a stage lies within its attempt`(instructionSet: InstructionSet) {
        let times = buffer([9, 9, 9])
        Kernels<Double>(instructionSet).stageTimes(
            times.pointer, time: [1, 1, 1], size: [0.5, -0.5, 0.5], low: [1, 0.5, 1], high: [1.5, 1, 1.1], node: 0.4,
            lanes: 3)
        #expect(isClose(times, [1.2, 0.8, 1.1]))
    }

    /// The arrays of eight lanes: accepted; accepted after a rejection; rejected; NaN; idle; backward; held up by the smallest
    /// step, by the largest.
    private struct Lanes {
        let norm: AlignedBuffer<Double>
        let attempted, time, newTime, endTime, ones, direction, active, smallestSize: AlignedBuffer<Double>
        let accepted, rejected, proposed, smallest, logError, last, before, factor: AlignedBuffer<Double>
        let acceptedCount = AlignedBuffer<Int>(count: 8)
        let rejectedCount = AlignedBuffer<Int>(count: 8)

        init(_ buffer: ([Double]) -> AlignedBuffer<Double>) {
            func all(_ value: Double) -> AlignedBuffer<Double> { buffer(Array(repeating: value, count: 8)) }
            norm = buffer([0.5, 0.5, 8, .nan, 0.5, 1, 8, 0.5])
            attempted = buffer([0.1, 0.1, 0.1, 0.1, 0.1, -0.1, 0.1, 4])
            (time, newTime, endTime, ones) = (all(1), all(2), all(3), all(1))
            direction = buffer([1, 1, 1, 1, 1, -1, 1, 1])
            active = buffer([1, 1, 1, 1, 0, 1, 1, 1])
            smallestSize = buffer([0, 0, 0, 0, 0, 0, 0.05, 0])
            rejected = buffer([0, 1, 0, 0, 1, 0, 0, 0])
            (accepted, proposed, smallest, logError, factor) = (all(9), all(7), all(9), all(9), all(9))
            (last, before) = (all(-1), all(-2))
        }

        func decision(gains: (Double, Double, Double), mostAttempts: Int = 10) -> StepDecision<Double> {
            StepDecision(
                .init(
                    norm: norm.pointer, attempted: attempted.pointer, time: time.pointer, newTime: newTime.pointer,
                    endTime: endTime.pointer, exponentScale: ones.pointer, direction: direction.pointer,
                    active: active.pointer, smallestSize: smallestSize.pointer),
                .init(
                    accepted: accepted.pointer, rejected: rejected.pointer, proposed: proposed.pointer,
                    smallest: smallest.pointer, logError: logError.pointer, lastLogError: last.pointer,
                    logErrorBefore: before.pointer, factor: factor.pointer, acceptedCount: acceptedCount.pointer,
                    rejectedCount: rejectedCount.pointer),
                normScale: 0.5, gains: gains, logSafety: 0, factors: (least: 0.2, most: 2), safety: 0.9,
                largestStep: 0.6, mostAttempts: mostAttempts)
        }
    }

    /// With the exponents −1/2, −1, 1/4: factor = error^−½ · e^(1 − ½).
    @Test(arguments: InstructionSet.supported)
    func `the next size is the factor's, within its bounds`(instructionSet: InstructionSet) {
        let lanes = Lanes(buffer)
        let ends = Kernels<Double>(instructionSet).decideSteps(
            lanes.decision(gains: (-0.5, -1, 0.25)), lanes: 8)
        #expect(!ends)
        let root = exp(0.5)
        // 0.25, 4 and 0.5 are the errors: 2 √e and √e / ½ are beyond the most, √e / 2 within, √2 √e beyond it.
        #expect(isClose(lanes.accepted, [1, 1, 0, 0, 0, 1, 0, 1]))
        #expect(isClose(lanes.rejected, [0, 0, 1, 1, 1, 0, 1, 0]))
        #expect(isClose(lanes.proposed, [0.2, 0.1, 0.1 * root / 2, 0.02, 7, -0.2, 0.1 * root / 2, 0.6]))
        #expect(isClose(lanes.smallest, [0, 0, 0, 0, 0, 0, 0.05, 0].map { max($0, 0x1p-48) }))
        let small = log(0.25)
        #expect(isClose(lanes.last, [small, small, -1, -1, -1, log(0.5), -1, small]))
        #expect(isClose(lanes.before, [-1, -1, -2, -2, -2, -1, -2, -1]))
        let counts = (0..<8).map { [lanes.acceptedCount.pointer[$0], lanes.rejectedCount.pointer[$0]] }
        #expect(counts == [[1, 0], [1, 0], [0, 1], [0, 1], [0, 0], [1, 0], [0, 1], [1, 0]])
    }

    @Test(arguments: InstructionSet.supported)
    func `a trajectory ends at its end, by the smallest step, or after enough attempts`(instructionSet: InstructionSet)
    {
        let kernels = Kernels<Double>(instructionSet)
        let there = Lanes(buffer)
        there.endTime.pointer[1] = 2
        #expect(kernels.decideSteps(there.decision(gains: (-0.5, 0, 0)), lanes: 8))
        let rejected = Lanes(buffer)
        rejected.endTime.pointer[2] = 2
        #expect(!kernels.decideSteps(rejected.decision(gains: (-0.5, 0, 0)), lanes: 8))
        let small = Lanes(buffer)
        small.smallestSize.pointer[6] = 0.1
        #expect(kernels.decideSteps(small.decision(gains: (-0.5, 0, 0)), lanes: 8))
        let long = Lanes(buffer)
        long.rejectedCount.pointer[3] = 9
        #expect(kernels.decideSteps(long.decision(gains: (-0.5, 0, 0)), lanes: 8))
        let idle = Lanes(buffer)
        idle.acceptedCount.pointer[4] = 100
        idle.endTime.pointer[4] = 2
        #expect(!kernels.decideSteps(idle.decision(gains: (-0.5, 0, 0)), lanes: 8))
    }
}
