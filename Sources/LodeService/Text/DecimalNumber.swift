/// Reads decimal numbers from bytes, correctly rounded.
package enum DecimalNumber {
    /// What a run of bytes turned out to be.
    package enum Outcome: Hashable {
        /// A finite number.
        case number(Double)
        /// `nan`, `inf`, or a number beyond the range of `Double`.
        case notFinite
        /// Something else.
        case malformed
    }

    /// Reads `[+-] digits [. digits] [e [+-] digits]`, with digits on at least one side of the point.
    ///
    /// Up to 19 digits with a small exponent are exact in one multiplication or division (W. D. Clinger, "How to
    /// read floating point numbers accurately", PLDI 1990); the rest is left to the standard library.
    package static func parse(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Outcome {
        var position = start
        var isNegative = false
        if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        var mantissa: UInt64 = 0
        var significantDigits = 0
        var digits = 0
        var exponent = 0
        while position < end, let digit = decimalDigit(bytes[position]) {
            digits += 1
            if significantDigits < 19 {
                mantissa = mantissa &* 10 &+ digit
                if mantissa != 0 { significantDigits += 1 }
            } else {
                // Dropped digits make the fast way wrong; the count of 20 sends the text to the slow one.
                significantDigits = 20
            }
            position += 1
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            while position < end, let digit = decimalDigit(bytes[position]) {
                digits += 1
                if significantDigits < 19 {
                    mantissa = mantissa &* 10 &+ digit
                    if mantissa != 0 { significantDigits += 1 }
                    exponent -= 1
                } else {
                    significantDigits = 20
                }
                position += 1
            }
        }
        guard digits > 0 else { return isNotFinite(bytes, from: start, to: end) ? .notFinite : .malformed }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            var isExponentNegative = false
            if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
                isExponentNegative = bytes[position] == UInt8(ascii: "-")
                position += 1
            }
            let firstDigit = position
            var power = 0
            while position < end, let digit = decimalDigit(bytes[position]) {
                power = min(power * 10 + Int(digit), 100_000)
                position += 1
            }
            guard position > firstDigit else { return .malformed }
            exponent += isExponentNegative ? -power : power
        }
        guard position == end else { return .malformed }
        if significantDigits < 20, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            let magnitude =
                exponent < 0
                ? Double(mantissa) / powersOfTen[-exponent] : Double(mantissa) * powersOfTen[exponent]
            return .number(isNegative ? -magnitude : magnitude)
        }
        return slowly(bytes, from: start, to: end)
    }

    /// Whether a number beyond 2⁵³ is written as a whole number with digits that a `Double` loses.
    package static func isInexactInteger(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var first = start
        if first < end, decimalDigit(bytes[first]) == nil { first += 1 }
        var magnitude: UInt64 = 0
        var hasOverflown = false
        var significantDigits = 0
        var digits = 0
        for index in first..<end {
            // With a point or an exponent it is measured, not counted.
            guard let digit = decimalDigit(bytes[index]) else { return false }
            if digits > 0 || digit > 0 { digits += 1 }
            if digit > 0 { significantDigits = digits }
            let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(digit)
            hasOverflown = hasOverflown || overflow || carry
            magnitude = sum
        }
        // 15 digits always come back; the others are compared.
        if hasOverflown { return significantDigits > 15 }
        return UInt64(exactly: Double(magnitude)) != magnitude
    }

    private static func decimalDigit(_ byte: UInt8) -> UInt64? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? UInt64(digit) : nil
    }

    /// The bytes are known to be a decimal number here.
    private static func slowly(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Outcome {
        guard let number = Double(ByteText.string(bytes, from: start, to: end)) else { return .malformed }
        return number.isFinite ? .number(number) : .notFinite
    }

    private static func isNotFinite(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        guard end - start <= 9 else { return false }
        var word = ByteText.string(bytes, from: start, to: end).lowercased()
        if let sign = word.first, sign == "+" || sign == "-" { word.removeFirst() }
        return ["nan", "inf", "infinity"].contains(word)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
