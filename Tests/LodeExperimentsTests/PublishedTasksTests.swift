import LodeExperiments
import LodeNumerics
import LodeTraining
import Testing

@Suite struct PublishedTasksTests {
    private let times = (0..<101).map { Double($0) }

    @Test(arguments: [0.1, 0.2, 0.3, 0.5])
    func `interpolation shows a fraction of the times and scores all`(fraction: Double) {
        let roles = InterpolationTasks(fraction: fraction, largestFraction: 0).published(
            times: Array(times[..<100]), random: CounterRandom(seed: 1, stream: 2))
        // 100 · 0.3 is 30 in binary too.
        #expect(roles.seen.count { $0 } == Int(100 * fraction))
        #expect(roles.scored.allSatisfy { $0 } && roles.scored.count == 100)
    }

    @Test(arguments: [0.1, 0.2, 0.3, 0.5])
    func `extrapolation shows a fraction of the first half and scores the rest`(fraction: Double) {
        let design = ExtrapolationTasks(
            firstPart: 0.5, fraction: fraction, trainsOnFirstPart: false, largestFraction: 0)
        let random = CounterRandom(seed: 1, stream: 3)
        let roles = design.training(times: times, random: random)
        #expect(roles == design.published(times: times, random: random))
        #expect(roles.seen[..<50].count { $0 } == Int(50 * fraction))
        #expect(!roles.seen[50...].contains(true))
        #expect(!roles.scored[..<50].contains(true) && roles.scored[50...].allSatisfy { $0 })
    }

    @Test func `validation of interpolation scores hidden times only`() throws {
        let roles = try #require(
            InterpolationTasks(fraction: 0.2, largestFraction: 0).validation(
                .interpolation, times: times, repetition: 0, random: CounterRandom(seed: 5, stream: 6)))
        #expect(zip(roles.seen, roles.scored).allSatisfy { $0 != $1 })
        #expect(
            InterpolationTasks(fraction: 0.2, largestFraction: 0).validation(
                .extrapolation, times: times, repetition: 0, random: CounterRandom(seed: 5, stream: 6)) == nil)
    }

    @Test func `reconstruction shows everything or a first part and scores everything`() {
        for stream in 0..<100 {
            let random = CounterRandom(seed: 7, stream: UInt64(stream))
            #expect(
                ReconstructionTasks(cutShare: 0, leastKept: 1, shiftShare: 0).training(times: times, random: random)
                    .seen.allSatisfy { $0 })
            let roles = ReconstructionTasks(cutShare: 1, leastKept: 1, shiftShare: 0).training(
                times: times, random: random)
            let cut = roles.seen.firstIndex(of: false) ?? times.count
            #expect(cut >= 1 && roles.seen[cut...].allSatisfy { !$0 })
            #expect(roles.scored.allSatisfy { $0 })
        }
    }
}
