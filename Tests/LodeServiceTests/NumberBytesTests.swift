import Foundation
import LodeDomain
import LodeService
import Testing

/// Numbers as they are written in answers.
@Suite struct NumberBytesTests {
    private func text(_ value: Double) -> String {
        var bytes: [UInt8] = []
        NumberBytes.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (100, "100"), (0.1, "0.1"), (-0.0001, "-0.0001"),
        (1e-5, "1e-05"), (123_456.789, "123456.789"), (9_999_999_999, "9999999999"), (1e15, "1000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"), (1.0 / 3, "0.3333333333333333"), (.nan, "\"NaN\""),
        (-.infinity, "\"-Infinity\""), (9_007_199_254_740_992, "9007199254740992"), (1.000_000_001, "1.000000001"),
    ])
    func `the text is the shortest that reads as the same number`(value: Double, expected: String) {
        #expect(text(value) == expected)
    }

    @Test func `numbers of all sizes, rounded or not, come back as they were`() {
        for index in 1...20_000 {
            // A sequence that fills the square evenly: M. Roberts, "The unreasonable effectiveness of quasirandom sequences".
            let share = (Double(index) * 0.754_877_666_246_692_7).truncatingRemainder(dividingBy: 1)
            let exponent = (Double(index) * 0.569_840_290_998_053_2).truncatingRemainder(dividingBy: 1)
            let value = (2 * share - 1) * pow(10, 24 * exponent - 8)
            #expect(Double(text(value)) == value)
            let rounded = NumberBytes.rounded(value)
            #expect(Double(text(rounded)) == rounded)
            #expect(abs(rounded - value) <= 0.51e-9 * abs(value))
            if abs(value) >= 1e-4, abs(value) < 1e9 {
                #expect(text(rounded).count { ("0"..."9").contains($0) } <= 15, "\(value): \(text(rounded))")
            }
        }
    }

    @Test func `numbers beside powers of ten have ten digits too`() {
        for power in -4..<10 {
            let exact = Double("1e\(power)") ?? .nan
            #expect(NumberBytes.rounded(exact) == exact)
            #expect(Double(text(exact)) == exact)
            for value in [exact * (1 + 1e-6), exact * (1 - 1e-6)] {
                #expect(NumberBytes.rounded(value) == Double(String(format: "%.9e", value)), "\(value)")
            }
        }
    }

    @Test func `rounding keeps the order of numbers`() {
        let values = (0..<1000).map { 0.999_999_99 + 1e-11 * Double($0) }
        #expect(
            zip(values.map(NumberBytes.rounded), values.dropFirst().map(NumberBytes.rounded)).allSatisfy { $0 <= $1 })
    }
}
