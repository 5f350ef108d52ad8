import LodeModels
import LodeTraining
import Testing

@Suite struct TrainingDataTests {
    private static let series = (0..<10).map { number in
        ChannelSeries(
            name: "\(number)", times: [0, 1, 2, 7, 10], values: (0..<5).map { Double($0 * number) },
            mask: Array(repeating: true, count: 5))
    }

    @Test func `where targets do not reach further yet, the window of the times ends there too`() throws {
        let data = try TrainingData(Self.series, channels: 1, seed: 1)
        let unit = data.normalization.timeUnit
        let index = data.split.training[0]
        func events(_ share: Double) throws -> EventTimes {
            let example = data.trainingExample(series: index, epoch: 0, seed: 1, horizonShare: share)
            #expect(example.targets.times.allSatisfy { $0 * unit <= 10 * share })
            return try #require(example.events)
        }
        let half = try events(0.5)
        // Nothing was seen between 2 and 5, which says something of the rate there.
        #expect(half.times.map { $0 * unit } == [1, 2])
        #expect(half.window.lowerBound == 0 && half.window.upperBound * unit == 5)
        let whole = try events(1)
        #expect(whole.times.map { $0 * unit } == [1, 2, 7, 10])
        #expect(whole.window.upperBound * unit == 10)
        // A window without an event is one too.
        let least = try events(0.05)
        #expect(least.times.isEmpty && least.window.upperBound * unit == 0.5)
    }
}
