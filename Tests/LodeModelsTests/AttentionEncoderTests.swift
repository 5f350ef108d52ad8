import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct AttentionEncoderTests {
    private let lanes = Kernels<Double>.lanesPerBlock
    private let encoder = AttentionEncoder(
        channels: 2, covariates: 1, hidden: 4, latent: 3, referencePoints: 5, heads: 2, embedding: 6, span: 4)

    /// The parameters and series of scripts/references/attention.py.
    private var parameters: [Double] { (0..<encoder.layout.count).map { 0.7 * sin(1 + 0.7 * Double($0)) } }

    private let series: [ObservedSeries] = {
        var first = ObservedSeries(times: [], values: [], mask: [], covariates: [0.5])
        for i in 0..<7 {
            first.times.append(0.5 * Double(i) + 0.2 * sin(Double(i)))
            for c in 0..<2 {
                first.values.append(Float(cos(1.3 * Double(i) + Double(c))))
                first.mask.append((i + c) % 3 == 0 ? 0 : 1)
            }
        }
        var third = ObservedSeries(times: [], values: [], mask: [], covariates: [0])
        for j in 0..<18 {
            third.times.append(0.2 * Double(j))
            third.values += [Float(0.1 * Double(j)), Float(sin(Double(j)))]
            third.mask += [j % 2 == 0 ? 1 : 0, 1]
        }
        return [
            first, ObservedSeries(times: [1.25], values: [0.8, 0], mask: [1, 0], covariates: [-1]), third,
        ]
    }()

    private func outputs(_ series: [ObservedSeries], _ parameters: [Double]) -> [Double] {
        let tape = encoder.record(series, parameters: parameters, kernels: Kernels<Double>.underTest)
        return series.indices.flatMap { lane in (0..<6).map { tape.posterior[$0 * lanes + lane] } }
    }

    private func gradient(_ series: [ObservedSeries], cotangent: (_ lane: Int, _ row: Int) -> Double) -> [Double] {
        let tape = encoder.record(series, parameters: parameters, kernels: Kernels<Double>.underTest)
        var block = [Double](repeating: 0, count: 6 * lanes)
        for lane in series.indices {
            for row in 0..<6 { block[row * lanes + lane] = cotangent(lane, row) }
        }
        var gradient = [Double](repeating: 0, count: encoder.layout.count)
        encoder.pullback(
            posteriorCotangent: block, tape: tape, parameters: parameters, gradient: &gradient,
            kernels: Kernels<Double>.underTest)
        return gradient
    }

    @Test func `outputs and gradient are those of another framework`() {
        let own = outputs(series, parameters)
        for (value, expected) in zip(own, AttentionReferences.outputs) {
            // Float64 on both sides: some hundred operations of order one.
            #expect(abs(value - expected) < 1e-13)
        }
        let gradient = gradient(series) { lane, row in sin(1 + 2 * Double(lane * 6 + row)) }
        #expect(FiniteDifferences.relativeDifference(gradient, AttentionReferences.gradient) < 1e-12)
    }

    @Test func `a series does not see its neighbours in the block`() {
        let alone = series.flatMap { outputs([$0], parameters) }
        #expect(outputs(series, parameters) == alone)
        let many = Array(repeating: series[2], count: lanes - 1) + [series[0]]
        #expect(Array(outputs(many, parameters).suffix(6)) == Array(alone.prefix(6)))
    }

    @Test func `a value that was not observed changes nothing`() {
        var other = series
        for index in other[0].mask.indices where other[0].mask[index] == 0 { other[0].values[index] = 1e30 }
        #expect(outputs(other, parameters) == outputs(series, parameters))
    }

    @Test func `a time without any observed value leaves only its place at the ends of the series`() {
        var longer = series[0]
        longer.times.insert(1.234, at: 3)
        longer.values.insert(contentsOf: [0, 0], at: 6)
        longer.mask.insert(contentsOf: [0, 0], at: 6)
        for (value, expected) in zip(outputs([longer], parameters), outputs([series[0]], parameters)) {
            #expect(abs(value - expected) < 1e-14)
        }
    }

    @Test func `an empty series and one whose values are all missing give finite outputs and gradients`() {
        let empty = ObservedSeries(times: [], values: [], mask: [], covariates: [0])
        let missing = ObservedSeries(times: [0, 3], values: [0, 0, 0, 0], mask: [0, 0, 0, 0], covariates: [0])
        #expect(outputs([empty, missing, series[1]], parameters).allSatisfy { $0.isFinite })
        let gradient = gradient([empty, missing, series[1]]) { _, row in Double(row) - 2 }
        #expect(gradient.allSatisfy { $0.isFinite })
    }

    @Test func `scores far apart neither overflow nor leave a channel without weight`() {
        // Frequencies of 1e4 give scores of some 1e9.
        var steep = parameters
        for index in 0..<6 { steep[index] = 1e4 }
        #expect(outputs(series, steep).allSatisfy { $0.isFinite })
    }
}
