import LodeService
import LodeTestSupport
import Testing

@Suite struct DecimalNumberTests {
    private func parse(_ text: String) -> DecimalNumber.Outcome {
        let bytes = Array(text.utf8)
        return DecimalNumber.parse(bytes.span, from: 0, to: bytes.count)
    }

    @Test func `numbers are rounded as the standard library rounds them`() {
        var state: UInt64 = 42
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let digits = Int(state >> 60) + 1
            let mantissa = state % UInt64(1e18)
            let exponent = Int(state >> 33) % 60 - 30
            let text = "\(mantissa)".prefix(digits) + ".\(state >> 40)e\(exponent)"
            #expect(parse(String(text)) == Double(text).map { .number($0) })
        }
    }

    @Test(arguments: [
        "0", "-0", "1e22", "1e23", "9007199254740993", "0.1", "123456789012345678901234567890", "4.9e-324",
        "1.7976931348623157e308", "00000000000000000000000012.5", "0.00000000000000000000000000125", "5.", ".5",
        "10000000000000000000.5",
    ])
    func `edge cases agree with the standard library`(text: String) {
        let expected = Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
        #expect(parse(text) == expected.map { .number($0) })
    }

    @Test(arguments: ["", ".", "-", "e5", "1e", "1e+", "1 2", "0x1p3", "1_000", "1,5", "--1", "abc"])
    func `what is no decimal number is malformed`(text: String) {
        #expect(parse(text) == .malformed)
    }

    @Test(arguments: ["nan", "-NaN", "inf", "+Infinity", "1e309", "-1e400"])
    func `what is not finite is told apart`(text: String) {
        #expect(parse(text) == .notFinite)
    }
}
