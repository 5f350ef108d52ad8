import Foundation
import LodeNumerics
import Testing

@Suite struct CounterRandomTests {
    /// Box and Muller's transform of two words.
    private func normal(_ first: UInt64, _ second: UInt64) -> Double {
        let radius = (-2 * log(1 - Double(first >> 11) * 0x1p-53)).squareRoot()
        return radius * cos(2 * .pi * (Double(second >> 11) * 0x1p-53))
    }

    // The known answers of Salmon et al.'s library Random123 for philox4x32 with ten rounds.
    @Test func `the stream is Philox4x32-10, by its published answers`() {
        let zero = CounterRandom(seed: 0, stream: 0)
        #expect(zero.bits(0) == 0xe169_c58d_6627_e8d5 && zero.bits(1) == 0x9b00_dbd8_bc57_ac4c)
        // Counters above 2⁶³ are reached by the normal numbers alone.
        let ones = CounterRandom(seed: .max, stream: .max)
        #expect(ones.normal(.max) == normal(0x41c8_3b0e_408f_276d, 0x6d54_51fd_a20b_c7c6))
        let pi = CounterRandom(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e)
        #expect(pi.normal(0x85a3_08d3_243f_6a88) == normal(0x94fd_cceb_d16c_fe09, 0x2412_6ea1_5001_e420))
    }

    @Test func `uniform and normal numbers have their moments`() {
        let random = CounterRandom(seed: 1, stream: 2)
        let n = 200_000
        var sums = (u: 0.0, uu: 0.0, z: 0.0, zz: 0.0)
        for index in 0..<UInt64(n) {
            let u = random.uniform(index)
            let z = random.normal(index)
            #expect(u >= 0 && u < 1)
            sums = (sums.u + u, sums.uu + u * u, sums.z + z, sums.zz + z * z)
        }
        // Five standard deviations of each mean.
        let root = Double(n).squareRoot()
        #expect(abs(sums.u / Double(n) - 0.5) < 5 * 0.2887 / root)
        #expect(abs(sums.uu / Double(n) - 1.0 / 3) < 5 * 0.298 / root)
        #expect(abs(sums.z / Double(n)) < 5 / root)
        #expect(abs(sums.zz / Double(n) - 1) < 5 * 1.4143 / root)
    }

    @Test func `permutations contain every index once and differ by stream`() {
        let one = CounterRandom(seed: 3, stream: 1).permutation(100)
        let other = CounterRandom(seed: 3, stream: 2).permutation(100)
        #expect(one.sorted() == Array(0..<100) && one != other && one != Array(0..<100))
        #expect(CounterRandom(seed: 3, stream: 1).permutation(0).isEmpty)
    }

    @Test func `paths name streams apart`() {
        let streams = Set(
            (0..<10).flatMap { a in (0..<10).map { CounterRandom(seed: 0, path: a, $0).stream } }
                + (0..<10).map { CounterRandom(seed: 0, path: $0).stream })
        #expect(streams.count == 110)
    }
}
