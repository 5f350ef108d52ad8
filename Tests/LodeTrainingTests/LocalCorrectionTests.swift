import Foundation
import LodeNumerics
import LodeTraining
import Testing

@Suite struct LocalCorrectionTests {
    /// Residuals at every step of 0.25, hidden where `isHidden`.
    private func tasks(
        isHidden: (Int) -> Bool, residual: (_ series: Int, _ time: Double, _ random: CounterRandom) -> Double
    ) -> [ResidualTask] {
        (0..<12).map { series in
            let random = CounterRandom(seed: 40, stream: UInt64(series))
            let times = (0..<20).map { 0.25 * Double($0) }
            let values = times.indices.map { index in
                residual(series, times[index], random) + 0.1 * random.normal(UInt64(index))
            }
            let hidden = times.indices.filter(isHidden)
            let seen = times.indices.filter { !isHidden($0) }
            return ResidualTask(
                series: series, seenTimes: seen.map { times[$0] }, seenResiduals: [seen.map { values[$0] }],
                hiddenTimes: hidden.map { times[$0] }, hiddenResiduals: [hidden.map { values[$0] }],
                hiddenScales: [hidden.map { _ in 1 }], shape: nil)
        }
    }

    @Test func `smooth residuals are corrected between observations`() throws {
        let choice = CorrectionFit(
            tasks: tasks(isHidden: { $0 % 3 == 1 }) { series, time, _ in 2 * sin(time + Double(series)) }
        ).fitted()
        let process = try #require(choice.process)
        #expect(process.deviation > 0.5 && process.noise < 0.5)
        #expect(choice.withoutFold.allSatisfy { $0 != nil })
    }

    @Test func `residuals that say nothing of each other are left alone`() {
        let choice = CorrectionFit(
            tasks: tasks(isHidden: { $0 % 3 == 1 }) { _, time, random in random.normal(UInt64(1_000 * time)) }
        ).fitted()
        #expect(choice.process == nil)
        #expect(choice.withoutFold.allSatisfy { $0 == nil })
    }

    @Test func `what a correction gains on most series it must gain on the others too`() {
        // The last fold's residuals turn round where those of the others go on.
        let choice = CorrectionFit(
            tasks: tasks(isHidden: { $0 >= 10 }) { series, time, _ in
                let level = series % 2 == 0 ? 2.0 : -2
                return time < 2.4 ? level : -level
            }
        ).fitted()
        #expect(choice.process == nil)
    }

    @Test func `a correction survives JSON, also one for both regimes`() throws {
        let process = MaternProcess(deviation: 2, lengthScale: 3, noise: 0.5)
        let correction = LocalCorrection(interpolation: [process, nil], extrapolation: [nil, nil])
        #expect(
            try JSONDecoder().decode(LocalCorrection.self, from: JSONEncoder().encode(correction)) == correction)
        let earlier = try JSONDecoder().decode(
            LocalCorrection.self,
            from: Data(#"{"channels":[null,{"deviation":2,"lengthScale":3,"noise":0.5}]}"#.utf8))
        #expect(earlier.interpolation == [nil, process] && earlier.extrapolation == [nil, process])
        #expect(
            earlier.inUnits(of: [1, 0.5]).interpolation[1]
                == MaternProcess(deviation: 4, lengthScale: 3, noise: 1))
    }
}
