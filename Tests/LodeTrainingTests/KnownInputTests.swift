import Foundation
import LodeModels
import LodeTraining
import Testing

/// Inputs of series on their way into the model's units.
@Suite struct KnownInputTests {
    private static func series(_ name: String, inputs: [KnownInput.Curve]) -> ChannelSeries {
        var series = ChannelSeries(
            name: name, times: [100, 110, 150], values: [1, 2, 4], mask: [true, true, true])
        series.inputs = inputs
        return series
    }

    private let training = [
        series(
            "a",
            inputs: [.init(times: [100, 200], values: [10, 30]), .init(times: [90], values: [5])]),
        series("b", inputs: [.init(times: [120], values: [20]), .init(times: [], values: [])]),
    ]

    private var normalization: Normalization {
        Normalization(
            trainingOn: training, channels: 1,
            inputs: [
                KnownInput(name: "dose", interpolation: .hold), KnownInput(name: "air", interpolation: .linear),
            ])
    }

    @Test func `an input is scaled by its mean and deviation over the training series`() {
        let scales = normalization.inputs
        #expect(scales.map(\.name) == ["dose", "air"])
        #expect(scales.map(\.mean) == [20, 5])
        // 10, 30 and 20; and a constant, which has none.
        #expect(scales.map(\.deviation) == [(200.0 / 3).squareRoot(), 1])
        #expect(scales.map(\.interpolation) == [.hold, .linear])
    }

    @Test func `inputs go into model time with the observations, as far as they are known`() {
        let normalization = normalization
        let origin = normalization.origin(of: training[0])
        // What is hidden of the observations hides nothing of the inputs.
        let seen = training[0].filtered { $0 == 0 }
        let observed = normalization.observed(seen, origin: origin, levels: normalization.channelMeans)
        #expect(observed.times == [0])
        let dose = observed.controls.channels[0]
        #expect(dose.times == [0, 100 / normalization.timeUnit])
        let height = Float(10 / (200.0 / 3).squareRoot())
        #expect(dose.values == [-height, height])
        #expect(observed.controls.channels[1].values == [0])
    }

    @Test func `a series that says nothing of its inputs has empty ones`() {
        let normalization = normalization
        let bare = Self.series("bare", inputs: [])
        let observed = normalization.observed(bare, origin: 100, levels: normalization.channelMeans)
        #expect(observed.controls.channels == Array(repeating: .init(times: [], values: []), count: 2))
    }

    @Test func `a normalisation survives JSON, and one without inputs still loads`() throws {
        let json = try JSONEncoder().encode(normalization)
        #expect(try JSONDecoder().decode(Normalization.self, from: json) == normalization)
        var object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        object["inputs"] = nil
        let old = try JSONSerialization.data(withJSONObject: object)
        var expected = normalization
        expected.inputs = []
        #expect(try JSONDecoder().decode(Normalization.self, from: old) == expected)
    }
}
