import LodeNumerics
import LodeTraining
import Testing

/// Many mixtures at once against each of them alone, whose own figures are checked against SciPy's elsewhere.
@Suite struct GaussianMixturesTests {
    private static let knots = [0.6745, 1.2816, 1.96]

    /// T times, some of which are stretched by levels, made single, or undefined, as calibration makes them.
    private static func mixtures(count: Int, components: Int) -> GaussianMixtures {
        let random = CounterRandom(seed: 61, stream: UInt64(components))
        var mixtures = GaussianMixtures(count: count, componentCount: components) { locations, scales, stride in
            for component in 0..<components {
                for time in 0..<count {
                    let index = UInt64(component * count + time)
                    locations[component * stride + time] = 10 + 2 * random.normal(2 * index)
                    scales[component * stride + time] = 0.05 + random.uniform(2 * index + 1)
                }
            }
            if count > 5 { locations[5] = .nan }
        }
        mixtures.prepareStretching(knots: knots)
        for time in stride(from: 1, to: count, by: 2) {
            if time % 3 == 0 { mixtures.becomeSingle(at: time, spread: 0.5 + Double(time)) }
            mixtures.stretch(at: time) { [1.5, 1.1, 0.4][$0] + 0.1 * Double(time % 4) }
        }
        return mixtures
    }

    @Test(arguments: InstructionSet.supported, [(0, 3), (1, 1), (16, 2), (37, 10)])
    func `moments and quantiles are those of each distribution alone`(
        _ instructionSet: InstructionSet, shape: (count: Int, components: Int)
    ) {
        let kernels = Kernels<Double>(instructionSet)
        let mixtures = Self.mixtures(count: shape.count, components: shape.components)
        let moments = mixtures.moments(kernels)
        let probabilities = [1e-6, 0.05, 0.31, 0.5, 0.9, 0.999]
        let quantiles = probabilities.map { mixtures.quantiles($0, kernels) }
        #expect(moments.means.count == shape.count && quantiles.allSatisfy { $0.count == shape.count })
        for time in 0..<shape.count {
            let alone = mixtures[time]
            guard alone.isDefined else {
                #expect(moments.means[time].isNaN && moments.standardDeviations[time].isNaN)
                #expect(quantiles.allSatisfy { $0[time].isNaN })
                continue
            }
            let scale = alone.standardDeviation
            #expect(abs(moments.means[time] - alone.mean) < 1e-9 * scale)
            #expect(abs(moments.standardDeviations[time] - scale) < 1e-8 * scale)
            for (probability, values) in zip(probabilities, quantiles) {
                // Between components that lie far apart a quantile may be anywhere where the probability hardly changes.
                #expect(abs(alone.cumulative(values[time]) - probability) < 1e-8, "time \(time), \(probability)")
            }
        }
        #expect(moments.means.indices.contains { mixtures[$0].isDefined == false } == (shape.count > 5))
    }

    @Test func `a distribution is the same wherever it is gathered`() {
        let parts = [Self.mixtures(count: 20, components: 4), Self.mixtures(count: 9, components: 4)]
        let places = [(part: 1, time: 3), (part: 0, time: 19), (part: 0, time: 0), (part: 1, time: 8)]
        let gathered = GaussianMixtures(gathering: places, of: parts)
        let kernels = Kernels<Double>(.best)
        for (time, place) in places.enumerated() {
            let part = parts[place.part]
            #expect(gathered[time] == part[place.time])
            #expect(gathered.quantiles(0.3, kernels)[time] == part.quantiles(0.3, kernels)[place.time])
            #expect(gathered.moments(kernels).means[time] == part.moments(kernels).means[place.time])
        }
    }
}
