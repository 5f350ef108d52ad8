import LodeExperiments
import LodeNumerics
import LodeTraining
import Testing

@Suite struct PublishedTasksTests {
    private let times = (0..<101).map { Double($0) }

    private static let fractions = [0.1, 0.2, 0.3, 0.5]

    @Test(arguments: fractions)
    func `interpolation shows a fraction of the times and scores all`(fraction: Double) {
        let roles = InterpolationTasks(fractions: [0.9]).published(
            times: Array(times[..<100]), fraction: fraction, random: CounterRandom(seed: 1, stream: 2))
        // 100 · 0.3 is 30 in binary too.
        #expect(roles.seen.count { $0 } == Int(100 * fraction))
        #expect(roles.scored.allSatisfy { $0 } && roles.scored.count == 100)
    }

    @Test(arguments: fractions)
    func `extrapolation shows a fraction of the first part and scores the rest`(fraction: Double) {
        let design = ExtrapolationTasks(cut: 50, firstPartCount: 50, fractions: [0.9])
        let roles = design.published(times: times, fraction: fraction, random: CounterRandom(seed: 1, stream: 3))
        #expect(roles.seen[..<50].count { $0 } == Int(50 * fraction))
        #expect(!roles.seen[50...].contains(true))
        #expect(!roles.scored[..<50].contains(true) && roles.scored[50...].allSatisfy { $0 })
    }

    @Test func `a sparse series shows no more of its first part than a complete one`() {
        let design = ExtrapolationTasks(cut: 50, firstPartCount: 50, fractions: [0.1])
        let sparse = stride(from: 0.0, to: 100, by: 10).map { $0 }
        let roles = design.published(times: sparse, fraction: 0.5, random: CounterRandom(seed: 1, stream: 3))
        #expect(roles.seen == (0..<10).map { $0 < 5 })
        let few = design.published(times: sparse, fraction: 0.04, random: CounterRandom(seed: 1, stream: 3))
        #expect(few.seen.count { $0 } == 2)
    }

    @Test func `training draws every fraction and scores everything`() {
        let designs: [any PublishedDesign] = [
            InterpolationTasks(fractions: Self.fractions),
            ExtrapolationTasks(cut: 50, firstPartCount: 50, fractions: Self.fractions),
        ]
        for design in designs {
            var counts: Set<Int> = []
            for stream in 0..<100 {
                let roles = design.training(times: times, random: CounterRandom(seed: 8, stream: UInt64(stream)))
                counts.insert(roles.seen.count { $0 })
                #expect(roles.scored.allSatisfy { $0 })
            }
            #expect(counts.count == 4)
        }
    }

    @Test func `a trajectory that starts at the cut is scored from there on`() {
        var design = ExtrapolationTasks(cut: 50, firstPartCount: 50, fractions: [0.3])
        design.startsAtCut = true
        let roles = design.training(times: times, random: CounterRandom(seed: 8, stream: 1))
        #expect(roles.origin == 50)
        #expect(roles.seen.count { $0 } == 15)
        #expect(zip(times, roles.scored).allSatisfy { $1 == ($0 >= 50) })
    }

    @Test func `training draws windows anew and validation leaves series as they are`() throws {
        var design = InterpolationTasks(fractions: [0.2])
        design.windowCount = 40
        var starts: Set<Double> = []
        for stream in 0..<200 {
            let random = CounterRandom(seed: 8, stream: UInt64(stream))
            let roles = design.training(times: times, random: random)
            let scored = roles.scored.indices.filter { roles.scored[$0] }
            let start = try #require(scored.first)
            #expect(scored == Array(start..<start + 40) && roles.origin == times[start])
            #expect(roles.seen.count { $0 } == 8)
            #expect(roles.seen.indices.allSatisfy { !roles.seen[$0] || roles.scored[$0] })
            starts.insert(times[start])
            let whole = try #require(design.validation(.interpolation, times: times, repetition: 0, random: random))
            #expect(whole.origin == nil && whole.seen.count { $0 } == 20)
        }
        // Of 62 starts 200 draws miss two or three.
        #expect(starts.count > 50 && starts.contains(0) && starts.contains(61))
    }

    @Test func `validation of interpolation scores hidden times only`() throws {
        let design = InterpolationTasks(fractions: [0.2])
        let random = CounterRandom(seed: 5, stream: 6)
        let roles = try #require(design.validation(.interpolation, times: times, repetition: 0, random: random))
        #expect(zip(roles.seen, roles.scored).allSatisfy { $0 != $1 })
        #expect(design.validation(.extrapolation, times: times, repetition: 0, random: random) == nil)
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

    @Test func `where validation series go on beyond the window, extrapolation asks for that`() throws {
        var design = ReconstructionTasks(cutShare: 0.5, leastKept: 0.4, shiftShare: 0.6)
        design.windowEnd = 59.5
        let random = CounterRandom(seed: 7, stream: 1)
        let beyond = try #require(design.validation(.extrapolation, times: times, repetition: 0, random: random))
        #expect(beyond.seen == times.map { $0 < 60 } && beyond.scored == times.map { $0 >= 60 })
        let inside = try #require(design.validation(.interpolation, times: times, repetition: 0, random: random))
        #expect(inside.seen.count == 101 && !inside.seen[60...].contains(true) && !inside.scored[60...].contains(true))
        #expect(zip(inside.seen, inside.scored).prefix(60).allSatisfy { $0 != $1 })
        // Bands are learnt where the validation series are observed.
        #expect(design.calibration(.extrapolation, times: times, repetition: 0, random: random) == beyond)
        let window = Array(times[..<60])
        #expect(design.validation(.extrapolation, times: window, repetition: 0, random: random) == nil)
    }
}
