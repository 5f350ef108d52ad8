import Foundation
import LodeNumerics
import LodeTraining
import Testing

@Suite struct CalibrationTests {
    /// Points whose values are Gaussian of deviation `truth` where the model said 1.
    private func points(
        _ count: Int, seed: UInt64, truth: (_ channel: Int, _ distance: Double) -> Double
    ) -> [CalibrationPoint] {
        let random = CounterRandom(seed: seed, stream: 1)
        let ends = [0.674_489_750_196_081_7, 1.281_551_565_544_600_4, 1.959_963_984_540_054]
        return (0..<count).map { index in
            let channel = index % 2
            let distance = 4 * random.uniform(UInt64(3 * index))
            let error = abs(truth(channel, distance) * random.normal(UInt64(3 * index + 1)))
            return CalibrationPoint(
                channel: channel, modelTime: 5 + distance, distance: distance, contextCount: 10,
                ratios: ends.map { error / $0 },
                value: CalibrationPoint.Identity(series: index, time: distance, channel: channel))
        }
    }

    /// The share of fresh points that the stretched bands cover.
    private func coverage(_ regime: RegimeCalibration, _ points: [CalibrationPoint], level: Int) -> Double {
        let covered = points.count { point in
            let factors = regime.factors(
                channel: point.channel, distance: point.distance, contextCount: point.contextCount)
            return point.ratios[level] <= factors[level]
        }
        return Double(covered) / Double(points.count)
    }

    @Test(arguments: [(30, 1.0), (400, 1.5)])
    func `the expected coverage of one more value is the level`(count: Int, deviation: Double) {
        // 100 fits, each judged by 200 fresh values: the standard error is below 0.01. Few values are drawn towards the
        // model's own bands, which are right where they are few here.
        var sums = Calibration.levels.map { _ in 0.0 }
        for seed in 0..<100 {
            let regime = CalibrationFit(points(count, seed: UInt64(seed)) { _, _ in deviation }, channels: 2).fitted()
            let fresh = points(200, seed: UInt64(10_000 + seed)) { _, _ in deviation }
            for level in sums.indices { sums[level] += coverage(regime, fresh, level: level) / 100 }
        }
        for (mean, claimed) in zip(sums, Calibration.levels) {
            #expect(abs(mean - claimed) < 0.025, "level \(claimed): \(mean)")
        }
    }

    @Test func `series that disagree about the bands change them less`() {
        /// Six series, each with 40 errors of one size.
        func regime(_ sizes: [Double]) -> RegimeCalibration {
            var all = points(240, seed: 7) { _, _ in 1 }
            for index in all.indices {
                let size = sizes[index / 40]
                all[index].ratios = all[index].ratios.map { $0 * size }
                all[index].value = .init(series: index / 40, time: Double(index), channel: all[index].channel)
            }
            return CalibrationFit(all, channels: 2).fitted()
        }
        let agreed = regime([2, 2, 2, 2, 2, 2]).common[1]
        let disputed = regime([0.5, 0.6, 1, 2, 3, 4]).common[1]
        #expect(agreed > 1.6)
        #expect(disputed > 1 && disputed < agreed)
    }

    @Test func `what differs between channels and grows with distance is learnt`() {
        func truth(_ channel: Int, _ distance: Double) -> Double { (channel == 0 ? 0.5 : 2) * (0.5 + 0.5 * distance) }
        let regime = CalibrationFit(points(4_000, seed: 1, truth: truth), channels: 2).fitted()
        let fresh = points(20_000, seed: 2, truth: truth)
        for channel in 0...1 {
            for near in [true, false] {
                let part = fresh.filter { $0.channel == channel && ($0.distance < 2) == near }
                for (level, claimed) in Calibration.levels.enumerated() {
                    // Straight lines between five bins, drawn towards 1 by a twentieth.
                    #expect(
                        abs(coverage(regime, part, level: level) - claimed) < 0.035, "\(channel) \(near) \(claimed)")
                }
            }
        }
        #expect(regime.horizon.growth > 0.2)
        let far = [4.0, 8, 16].map { regime.factors(channel: 0, distance: $0, contextCount: 10)[1] }
        #expect(far[0] < far[1] && far[1] < far[2])
    }

    @Test func `errors that shrink with distance do not let bands shrink beyond the last bin`() {
        let regime = CalibrationFit(points(4_000, seed: 3) { _, distance in 2 / (1 + distance) }, channels: 2).fitted()
        #expect(regime.horizon.growth == 0)
        let far = [4.0, 8, 100].map { regime.factors(channel: 1, distance: $0, contextCount: 10) }
        #expect(far[0] == far[1] && far[1] == far[2])
    }

    @Test func `levels are calibrated apart where one factor does not fit`() {
        // Half of the values are exact: no 80 % band of a normal distribution has a fitting 50 % band.
        var points = points(4_000, seed: 4) { _, _ in 1 }
        for index in points.indices where index % 5 < 2 { points[index].ratios = [0.001, 0.001, 0.001] }
        let regime = CalibrationFit(points, channels: 2).fitted()
        for (level, claimed) in Calibration.levels.enumerated() {
            #expect(abs(coverage(regime, points, level: level) - claimed) < 0.02)
        }
        #expect(regime.common[0] < 0.5 * regime.common[2])
    }

    @Test func `few values calibrate nothing`() {
        #expect(CalibrationFit(points(9, seed: 5) { _, _ in 3 }, channels: 2).fitted() == .none)
        #expect(CalibrationFit([], channels: 2).fitted() == .none)
    }

    @Test func `a horizon is validated by enough values of enough series`() {
        /// `count` series with 20 values each at model times 1 to 10, of which `longer` go on to 20.
        func horizon(_ count: Int, longer: Int) -> Double {
            let points = (0..<count).flatMap { series in
                (1...(series < longer ? 40 : 20)).map { step in
                    CalibrationPoint(
                        channel: 0, modelTime: 0.5 * Double(step), distance: 1, contextCount: 5, ratios: [1, 1, 1],
                        value: .init(series: series, time: Double(step), channel: 0))
                }
            }
            return CalibrationFit(points, channels: 1).validatedHorizon()
        }
        // The last 60 values of 20 series are their last three.
        #expect(horizon(20, longer: 20) == 19)
        #expect(horizon(30, longer: 10) == 17.5)
        // Nine long series show nothing of what lies beyond the others.
        #expect(horizon(30, longer: 9) == 10)
        #expect(horizon(9, longer: 9) == 0)
    }

    @Test func `a wider band never ends inside a narrower one`() {
        let map = LevelStretch(knots: [0.7, 1.3, 2], factors: [2, 0.5, 0.4])
        #expect(zip(map.images, map.images.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `beyond the horizon a spread never falls and approaches that of training`() throws {
        let rule = try #require(ExtrapolationRule(start: 5, direction: 1, span: 5, times: [1, 30]))
        #expect(rule.nodes.first == 5 && (rule.nodes.last ?? 0) >= 30)
        let random = CounterRandom(seed: 8, stream: 0)
        let maxima = rule.maxima(rule.nodes.indices.map { 0.1 + 0.3 * random.uniform(UInt64($0)) })
        let spreads = (0...1_000).map { rule.spread(at: 5 + 0.025 * Double($0), maxima: maxima, training: 2) }
        #expect(zip(spreads, spreads.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(spreads[1_000] > 1.95 && spreads[1_000] < 2)
        #expect(spreads[0] == maxima[0])
        #expect(ExtrapolationRule(start: 5, direction: 1, span: 5, times: [1, 5]) == nil)
        #expect(ExtrapolationRule(start: 0, direction: -1, span: 5, times: [-1]) != nil)
    }

    @Test func `a calibration survives JSON, also one of two numbers`() throws {
        let regime = CalibrationFit(points(500, seed: 6) { $0 == 0 ? 1 : $1 }, channels: 2).fitted()
        let calibration = Calibration(
            interpolation: regime, extrapolation: .none, gapScale: 0.25, validatedHorizon: 7)
        let decoded = try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(calibration))
        #expect(decoded == calibration)
        let earlier = try JSONDecoder().decode(
            Calibration.self, from: Data(#"{"interpolation":1.25,"extrapolation":2}"#.utf8))
        #expect(earlier.interpolation == RegimeCalibration(uniform: 1.25))
        #expect(earlier.extrapolation == RegimeCalibration(uniform: 2))
        #expect(earlier.validatedHorizon == 0)
    }
}
