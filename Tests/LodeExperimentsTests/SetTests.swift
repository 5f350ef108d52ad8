import LodeExperiments
import LodeTraining
import Testing

@Suite struct SetTests {
    /// Values of the formulas in shared/data/generate.py, by numpy 2.
    @Test func `the spirals' base curves agree with numpy`() {
        let expected: [(index: Int, counter: (Double, Double), clock: (Double, Double))] = [
            (100, (4.824064620465672, 0.5380171333655155), (-4.472354881007485, -0.6472411319951913)),
            (437, (4.056070685416315, 2.286469747786783), (-4.261093058628778, -1.0606435695465668)),
            (998, (10.648200671026213, -0.1065852960931886), (2.7192966451878346, 12.536190562200318)),
        ]
        for (index, counter, clock) in expected {
            let left = SpiralSet.point(index, clockwise: false)
            let right = SpiralSet.point(index, clockwise: true)
            // The largest value is about 12; its rounding is about 2e-15.
            #expect(abs(left.x - counter.0) < 1e-13 && abs(left.y - counter.1) < 1e-13)
            #expect(abs(right.x - clock.0) < 1e-13 && abs(right.y - clock.1) < 1e-13)
        }
    }

    @Test(arguments: [30, 50, 100])
    func `spirals show noisy points of their window`(observed: Int) {
        let set = SpiralSet(seed: 4, observed: observed)
        var squares = 0.0
        var sum = 0.0
        for index in 0..<200 {
            #expect((100...899).contains(set.start(index)))
            let series = set.observations(index)
            let window = set.truth(index, points: 0..<100)
            #expect(series.times.count == observed)
            #expect(Set(series.times).isSubset(of: Set(window.times)))
            for (position, time) in series.times.enumerated() {
                let point = window.times.firstIndex(of: time) ?? 0
                for channel in 0..<2 {
                    let error = series.values[2 * position + channel] - window.values[2 * point + channel]
                    sum += error
                    squares += error * error
                }
            }
        }
        // Four standard errors of the mean and of the mean square of N(0, 0.3²).
        let count = Double(400 * observed)
        #expect(abs(sum / count) < 4 * 0.3 / count.squareRoot())
        #expect(abs(squares / count - 0.09) < 4 * 0.09 * (2 / count).squareRoot())
    }

    @Test func `spirals with more points hold those with fewer`() {
        let few = SpiralSet(seed: 9, observed: 30)
        let many = SpiralSet(seed: 9, observed: 100)
        for index in 0..<20 {
            let all = many.observations(index)
            let kept = Set(few.observations(index).times)
            #expect(all.filtered { kept.contains(all.times[$0]) } == few.observations(index))
        }
    }

    @Test func `the truth beyond a window ends with the base curve`() {
        let set = SpiralSet(seed: 2, observed: 30)
        for index in 0..<50 {
            let beyond = set.truth(index, points: 100..<200)
            #expect(beyond.times.count == min(100, SpiralSet.curvePoints - set.start(index) - 100))
            #expect(beyond.values.allSatisfy { $0.isFinite })
        }
    }

    /// Values of `generate_periodic` of YuliaRubanova/latent_ode for one frequency, by numpy 2.
    @Test func `waves agree with numpy and keep their frequency`() {
        let wave = PeriodicSet.Wave(frequency: 0.4, level: 1.1)
        #expect(wave.value(at: 0) == 1.1)
        #expect(abs(wave.value(at: 1.3) - 0.9746667664356958) < 1e-13)
        #expect(abs(wave.value(at: 4.9) - 0.8513101128351462) < 1e-13)
        // A period later it is where it was.
        #expect(abs(wave.value(at: 1.3 + 1 / 0.4) - wave.value(at: 1.3)) < 1e-13)
    }

    @Test func `waves have the published ranges and noise`() {
        let set = PeriodicSet(seed: 3, points: 100)
        #expect(set.times.count == 100 && set.times[0] == 0)
        #expect(set.times == set.times.sorted() && set.times[99] < 5)
        var noise = 0.0
        for index in 0..<500 {
            let wave = set.wave(index)
            #expect((0.4..<0.8).contains(wave.frequency))
            let series = set.series(index)
            for (time, value) in zip(series.times, series.values) {
                let error = value - wave.value(at: time)
                #expect(error > -1e-12 && error < PeriodicSet.noise)
                noise += error
            }
        }
        // 49,500 uniform numbers: the mean's standard error is 0.01 · 0.289 / √49500; first points have none.
        #expect(abs(noise / 49_500 - 0.005) < 4 * 1.3e-5)
    }
}
