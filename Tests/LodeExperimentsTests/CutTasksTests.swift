import LodeExperiments
import LodeNumerics
import LodeTraining
import Testing

@Suite struct CutTasksTests {
    @Test func `the next measurements follow the cut, and the window comes before it`() {
        let design = NextMeasurementsTasks(
            cut: 10, window: 4, count: 3, period: 5, earlierPeriods: 1, jitter: 0)
        let times: [Double] = [0, 1, 5, 6, 7, 10, 11, 12, 15, 16]
        let roles = design.published(times: times)
        // 10 itself is seen: the published cut is t ≤ 150.
        #expect(roles.seen == [false, false, false, false, true, true, false, false, false, false])
        #expect(roles.scored == [false, false, false, false, false, false, true, true, true, false])
        #expect(roles.origin == 6)
        #expect(
            design.validation(.interpolation, times: times, repetition: 0, random: .init(seed: 1, stream: 1)) == nil)
    }

    @Test func `training moves the cut by whole periods and a jitter`() throws {
        let design = NextMeasurementsTasks(
            cut: 100, window: 10, count: 2, period: 30, earlierPeriods: 2, jitter: 3)
        let times = (0..<130).map { Double($0) }
        var origins: Set<Int> = []
        for stream in 0..<200 {
            let roles = design.training(times: times, random: CounterRandom(seed: 1, stream: UInt64(stream)))
            let cut = try #require(roles.origin) + 10
            let periods = ((100 - cut) / 30).rounded()
            #expect((0...2).contains(periods) && abs(100 - 30 * periods - cut) <= 3)
            origins.insert(Int(periods))
            for (time, seen) in zip(times, roles.seen) { #expect(seen == (time <= cut && time > cut - 10)) }
            #expect(roles.scored.count { $0 } == roles.seen.count { $0 } + 2)
        }
        #expect(origins == [0, 1, 2])
    }

    @Test func `half of the training stays is cut as published`() {
        let design = HalfwayTasks(cut: 50, earliestCut: 10)
        let times = (0..<100).map { Double($0) }
        let published = design.published(times: times)
        #expect(published.seen == times.map { $0 < 50 } && published.scored == times.map { $0 >= 50 })
        var asPublished = 0
        for stream in 0..<400 {
            let roles = design.training(times: times, random: CounterRandom(seed: 3, stream: UInt64(stream)))
            let cut = roles.seen.firstIndex(of: false) ?? 0
            #expect((10...50).contains(cut) && roles.scored.allSatisfy { $0 })
            if roles.seen == published.seen { asPublished += 1 }
        }
        // 200 expected and a few more whose own cut rounds to 50; four standard deviations are 40.
        #expect((160...250).contains(asPublished))
    }

    /// Designs that move model time 0, and one that does not.
    private static var designs: [any TaskDesign] {
        var extrapolation = ExtrapolationTasks(cut: 33, firstPartCount: 33, fractions: [0.5])
        extrapolation.startsAtCut = true
        var interpolation = InterpolationTasks(fractions: [0.5])
        interpolation.windowCount = 40
        return [
            extrapolation, interpolation, HalfwayTasks(cut: 50, earliestCut: 10),
            NextMeasurementsTasks(cut: 90, window: 10, count: 3, period: 30, earlierPeriods: 2, jitter: 4),
            ReconstructionTasks(cutShare: 0.5, leastKept: 0.4, shiftShare: 0.6),
        ]
    }

    @Test(arguments: designs.indices)
    func `the trained reach is that of the farthest target`(index: Int) {
        let design = Self.designs[index]
        let gaps = CounterRandom(seed: 4, stream: 1)
        var times = [2.0]
        for index in 0..<100 { times.append(times[index] + 0.2 + 1.6 * gaps.uniform(UInt64(index))) }
        let reach = design.trainedReach(times: times, origin: times[0])
        var farthest = 0.0
        for stream in 0..<4_000 {
            let roles = design.training(times: times, random: CounterRandom(seed: 5, stream: UInt64(stream)))
            let origin = roles.origin ?? times[0]
            for (time, isScored) in zip(times, roles.scored) where isScored { farthest = max(farthest, time - origin) }
        }
        // Cuts that move continuously come close to the worst in so many draws.
        #expect(farthest <= reach + 1e-9 && farthest > reach - 0.05)
    }
}
