internal import Foundation

/// The regularised incomplete beta function.
enum IncompleteBeta {
    /// I(x; a, b) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b), for x in [0, 1] and positive a, b, to about 10⁻¹³.
    ///
    /// The continued fraction of NIST DLMF 8.17.22 by Lentz' method; it converges in O(√max(a, b)) terms for
    /// x < (a + 1)/(a + b + 2), and the reflection I(x; a, b) = 1 − I(1 − x; b, a) serves the other half.
    static func regularized(_ x: Double, a: Double, b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
        if x < (a + 1) / (a + b + 2) { return front * fraction(x, a, b) / a }
        return 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        d = 1 / (abs(d) < tiny ? tiny : d)
        var result = d
        // The limit serves parameters up to 10⁹; a NaN ends the loop as well.
        for index in 1...100_000 {
            let m = Double(index)
            for term in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 + term * d
                d = 1 / (abs(d) < tiny ? tiny : d)
                c = 1 + term / c
                if abs(c) < tiny { c = tiny }
                result *= d * c
            }
            if !(abs(d * c - 1) > 1e-15) { break }
        }
        return result
    }
}
