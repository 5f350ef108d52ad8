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
        let result = (magnitude * power).rounded() / power
        return value < 0 ? -result : result
    }

    /// Digits of a rounded number: three more than the models' arithmetic, of single precision, has.
    package static let digits = 10
    private static let smallest = 1e-4
    private static let largest = 1e10

    /// Places behind the point at which a number between ``smallest`` and ``largest`` has ``digits`` significant ones.
    private static func decimals(of magnitude: Double) -> Int {
        // Ascending powers 10⁻⁴ … 10⁹: how many of them the number reaches.
        var low = 0
        var high = thresholds.count
        while low < high {
            let middle = (low + high) / 2
            if thresholds[middle] <= magnitude { low = middle + 1 } else { high = middle }
        }
        return digits - 1 - (low - 1 - 4)
    }

    private static let thresholds: [Double] = [
        1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
    ]

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
    ]

    /// Writes a number of at most ``digits`` significant digits; false, with nothing written, for any other.
    ///
    /// A quotient of whole numbers below 2⁵³ and a power of ten up to 10²² is the double nearest to that decimal, which of
    /// those with at most 15 digits is the only one that reads as this number: it is the shortest.
    private static func appendShort(_ value: Double, to bytes: inout [UInt8]) -> Bool {
        let magnitude = abs(value)
        guard magnitude >= smallest, magnitude < largest else { return false }
        var decimals = decimals(of: magnitude)
        let scaled = (magnitude * powersOfTen[decimals]).rounded()
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
            while number >= 10 {
                let (rest, digit) = number.quotientAndRemainder(dividingBy: 10)
                put(digit)
                number = rest
            }
            put(number)
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
