import Foundation
import LodeModels
import LodeTraining
import Testing

@Suite struct NormalizationTests {
    private func series(_ name: String, _ times: [Double], _ values: [Double?]) -> ChannelSeries {
        ChannelSeries(name: name, times: times, values: values.map { $0 ?? 0 }, mask: values.map { $0 != nil })
    }

    @Test func `series that differ more than they move are centred`() {
        let apart = (0..<10).map {
            series("\($0)", [0, 1, 2], [100 * Double($0), 100 * Double($0) + 1, 100 * Double($0) - 1])
        }
        let normalization = Normalization(trainingOn: apart, channels: 1)
        #expect(normalization.centresSeries)
        // The squares about each mean are 0, 1, 1, over two degrees of freedom.
        #expect(abs(normalization.channelScales[0] - 1) < 1e-9)
        let together = (0..<10).map { series("\($0)", [0, 1, 2], [Double($0 % 2), 5, -5]) }
        #expect(!Normalization(trainingOn: together, channels: 1).centresSeries)
    }

    @Test func `a value that was not observed has no part in any figure`() {
        let plain = [series("a", [0, 2], [1, 3]), series("b", [0, 1], [2, 4])]
        let withGaps = [
            series("a", [0, 1, 2], [1, nil, 3]), series("b", [0, 1, 1.5], [2, 4, nil]),
        ]
        let first = Normalization(trainingOn: plain, channels: 1)
        let second = Normalization(trainingOn: withGaps, channels: 1)
        #expect(first.channelMeans == second.channelMeans)
        #expect(first.channelDeviations == second.channelDeviations)
    }

    @Test func `a constant channel keeps its units`() {
        let flat = Normalization(
            trainingOn: [series("a", [0, 1], [7, 7]), series("b", [0, 1], [7, 7])], channels: 1)
        #expect(flat.channelMeans == [7])
        #expect(flat.channelDeviations == [1])
        #expect(flat.channelScales == [1])
    }

    @Test func `series on one clock share an origin, others start at their first observation`() {
        let clock = Normalization(
            trainingOn: [series("a", [10, 110], [1, 2]), series("b", [20, 100], [2, 3])], channels: 1)
        #expect(clock.timeOrigin == .common(10))
        let stays = Normalization(
            trainingOn: [series("a", [10, 20], [1, 2]), series("b", [5000, 5020], [2, 3])], channels: 1)
        #expect(stays.timeOrigin == .firstObservation)
        #expect(stays.origin(of: series("c", [77, 80], [1, 1])) == 77)
    }

    @Test(arguments: [1e-6, 1.0, 1e9])
    func `the time unit follows the data's span`(span: Double) {
        let normalization = Normalization(
            trainingOn: (0..<4).map { series("\($0)", [0, span], [Double($0), 1]) }, channels: 1)
        #expect(abs(normalization.modelTime(span, origin: 0) - Normalization.modelSpan) < 1e-9)
        #expect(abs(normalization.trainedHorizon - Normalization.modelSpan) < 1e-9)
    }

    @Test func `normalising and its inverse meet`() {
        let data = (0..<5).map { series("\($0)", [0, 1, 2], [Double($0), 3, nil]) }
        let normalization = Normalization(trainingOn: data, channels: 1)
        let levels = normalization.levels(of: data[4])
        let observed = normalization.observed(data[4], origin: 0, levels: levels)
        #expect(observed.mask == [1, 1, 0])
        for index in 0..<2 {
            let back = levels[0] + normalization.channelScales[0] * Double(observed.values[index])
            #expect(abs(back - data[4].values[index]) < 1e-6)
        }
    }

    @Test(arguments: [Normalization.TimeOrigin.common(3), .firstObservation], [nil, SeriesWindows(span: 4.5)])
    func `a normalisation is read as it was written`(
        origin: Normalization.TimeOrigin, windows: SeriesWindows?
    ) throws {
        var data = (0..<4).map { series("\($0)", [0, 1, 2], [Double($0), 3, 0.1]) }
        for index in data.indices { data[index].statics = ["age": 20 + Double(index)] }
        var normalization = Normalization(
            trainingOn: data, channels: 1, inputs: [KnownInput(name: "dose", interpolation: .hold)])
        normalization.timeOrigin = origin
        normalization.windows = windows
        let read = try JSONDecoder().decode(Normalization.self, from: JSONEncoder().encode(normalization))
        #expect(read == normalization)
    }

    @Test func `facts are normalised by the series that have them, and their absence is told`() {
        var data = (0..<4).map { series("\($0)", [0, 1], [Double($0), 3]) }
        data[0].statics = ["age": 20, "site": 5]
        data[1].statics = ["age": 40, "site": 5]
        data[2].statics = ["site": 5]
        data[3].statics = ["site": 5]
        let normalization = Normalization(trainingOn: data, channels: 1)
        // The site is the same for all and says nothing.
        #expect(normalization.statics == [.init(name: "age", mean: 30, deviation: 10)])
        #expect(normalization.covariateCount == 2)
        func covariates(_ index: Int) -> [Float] {
            normalization.observed(data[index], origin: 0, levels: normalization.levels(of: data[index])).covariates
        }
        #expect(covariates(0) == [-1, 1])
        #expect(covariates(1) == [1, 1])
        #expect(covariates(2) == [0, 0])
    }
}
