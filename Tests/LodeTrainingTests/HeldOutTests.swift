import LodeNumerics
import LodeTraining
import Testing

@Suite struct HeldOutTests {
    @Test(arguments: [3, 4, 7, 44, 1000])
    func `a split puts every series in exactly one part`(count: Int) {
        let split = DataSplit(count: count, seed: 5)
        #expect((split.training + split.validation + split.test).sorted() == Array(0..<count))
        #expect(!split.training.isEmpty && !split.validation.isEmpty && !split.test.isEmpty)
        #expect(split == DataSplit(count: count, seed: 5))
    }

    @Test(arguments: 1...30)
    func `training contexts show something and are a function of the stream`(count: Int) {
        for stream in 0..<100 {
            let random = CounterRandom(seed: 1, stream: UInt64(stream))
            let seen = ContextSampler.training(count: count, random: random)
            #expect(seen.count == count)
            #expect(seen.contains(true))
            #expect(seen == ContextSampler.training(count: count, random: random))
        }
    }

    @Test(arguments: 2...30, 0..<3)
    func `an interpolation task hides inner times and an extrapolation task the last ones`(
        count: Int, repetition: Int
    ) throws {
        let random = CounterRandom(seed: 2, stream: UInt64(repetition))
        if count < 3 {
            #expect(
                ContextSampler.evaluation(.interpolation, count: count, repetition: repetition, random: random) == nil)
        } else {
            let seen = try #require(
                ContextSampler.evaluation(.interpolation, count: count, repetition: repetition, random: random))
            #expect(seen[0] && seen[count - 1] && seen.contains(false))
        }
        let seen = try #require(
            ContextSampler.evaluation(.extrapolation, count: count, repetition: repetition, random: random))
        let cut = try #require(seen.firstIndex(of: false))
        #expect(cut >= 1 && seen[..<cut].allSatisfy { $0 } && seen[cut...].allSatisfy { !$0 })
        if repetition == 0 { #expect(cut == min((count + 1) / 2, count - 1)) }
    }

    private let normalization = Normalization(
        trainingOn: [ChannelSeries(name: "t", times: [0, 1], values: [10, 20], mask: [true, true])], channels: 1)

    @Test func `the baselines do what their names say`() {
        let seen = ChannelSeries(name: "s", times: [1, 2, 4], values: [1, 0, 5], mask: [true, false, true])
        func value(_ baseline: Baseline, _ time: Double) -> Double {
            baseline.predict(channel: 0, at: time, seen: seen, normalization: normalization)
        }
        #expect(value(.trainingMean, 2) == 15)
        #expect(value(.lastValue, 0.5) == 1)
        #expect(value(.lastValue, 2) == 1)
        #expect(value(.lastValue, 9) == 5)
        #expect(value(.linearInterpolation, 2.5) == 3)
        #expect(value(.linearInterpolation, 0) == 1)
        #expect(value(.linearInterpolation, 9) == 5)
    }

    @Test(arguments: Baseline.allCases)
    func `a baseline that saw nothing falls back to the training mean`(baseline: Baseline) {
        let nothing = ChannelSeries(name: "s", times: [], values: [], mask: [])
        #expect(baseline.predict(channel: 0, at: 1, seen: nothing, normalization: normalization) == 15)
    }
}
