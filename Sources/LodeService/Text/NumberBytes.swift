/// Decimal numbers as bytes, and numbers with few decimal digits.
package enum NumberBytes {
    /// The shortest text that reads as the same number, whole numbers without a point or a sign of zero; `"NaN"`, `"Infinity"` or
    /// `"-Infinity"`, quotes included, where it is none.
    package static func append(_ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes += (value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"").utf8
            return
        }
        if appendShort(value, to: &bytes) { return }
        if let whole = Int64(exactly: value), abs(value) <= 0x1p53 {
            bytes += String(whole).utf8
        } else {
            bytes += value.description.utf8
        }
    }

    /// The nearest number of ``digits`` significant decimal digits, for what is not known to more: it takes half the room
    /// when it is written, and a fraction of the time.
    package static func rounded(_ value: Double) -> Double {
        let magnitude = abs(value)
        guard magnitude >= smallest, magnitude < largest else { return value }
        let power = powersOfTen[decimals(of: magnitude)]
        let result = whole(magnitude * power) / power
        return value < 0 ? -result : result
    }

    /// Digits of a rounded number: three more than the models' arithmetic, of single precision, has.
    package static let digits = 10
    private static let smallest = 1e-4
    private static let largest = 1e10

    /// The nearest whole number, up where two are as near, for numbers below 2⁵².
    private static func whole(_ value: Double) -> Double { Double(UInt64(value + 0.5)) }

    /// Places behind the point at which a number between ``smallest`` and ``largest`` has ``digits`` significant ones.
    private static func decimals(of magnitude: Double) -> Int {
        // 1233/4096 is log₁₀ 2 from below: the power of ten is the one estimated, or the next.
        let estimate = (Int(magnitude.exponent) * 1233) >> 12
        let next = estimate + 1 + 4
        let reached = next < thresholds.count && thresholds[next] <= magnitude ? estimate + 1 : estimate
        return digits - 1 - reached
    }

    /// 10⁻⁴ … 10⁹.
    private static let thresholds: [Double] = [
        1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
    ]

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
    ]

    /// 00, 01 … 99.
    private static let pairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    /// Writes a number of at most ``digits`` significant digits; false, with nothing written, for any other.
    ///
    /// A quotient of whole numbers below 2⁵³ and a power of ten up to 10²² is the double nearest to that decimal, which of
    /// those with at most 15 digits is the only one that reads as this number: it is the shortest.
    private static func appendShort(_ value: Double, to bytes: inout [UInt8]) -> Bool {
        let magnitude = abs(value)
        guard magnitude >= smallest, magnitude < largest else { return false }
        var decimals = decimals(of: magnitude)
        let scaled = whole(magnitude * powersOfTen[decimals])
        guard scaled / powersOfTen[decimals] == magnitude else { return false }
        var number = UInt64(scaled)
        while decimals > 0, number % 10 == 0 {
            number /= 10
            decimals -= 1
        }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
            var start = text.count
            func put(_ digit: UInt64) {
                start -= 1
                text[start] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            }
            while number >= 100 {
                let (rest, pair) = number.quotientAndRemainder(dividingBy: 100)
                start -= 2
                text[start] = pairs.utf8Start[2 * Int(pair)]
                text[start + 1] = pairs.utf8Start[2 * Int(pair) + 1]
                number = rest
            }
            if number >= 10 { put(number % 10) }
            put(number >= 10 ? number / 10 : number)
            // One digit stands before the point at least.
            while text.count - start <= decimals { put(0) }
            if decimals > 0 {
                let point = text.count - decimals - 1
                for place in start...point { text[place - 1] = text[place] }
                text[point] = UInt8(ascii: ".")
                start -= 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
        return true
    }
}
