import LodeDomain
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [0, 1_700_000_000_000_000, -5, .max, .min] as [Int64])
    func `no delay leads past the last moment or before the first`(microseconds: Int64) {
        let moment = Timestamp(microseconds: microseconds)
        for seconds in [1e300, 9.3e12, 1.9e13, .infinity] {
            #expect(moment.advanced(bySeconds: seconds) >= moment)
            #expect(moment.advanced(bySeconds: -seconds) <= moment)
        }
        #expect(Timestamp(microseconds: .max).advanced(bySeconds: 1).microseconds == .max)
        #expect(Timestamp(microseconds: .min).advanced(bySeconds: -1).microseconds == .min)
    }

    @Test func `a difference that 64 bits do not hold is told as it is`() {
        let (first, last) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
        #expect(last.seconds(since: first) == 0x1p64 / 1e6)
        #expect(first.seconds(since: last) == -0x1p64 / 1e6)
        #expect(Timestamp(microseconds: 1_500_000).seconds(since: Timestamp(microseconds: 0)) == 1.5)
    }
}
