internal import Foundation

/// The regularised incomplete gamma functions.
enum IncompleteGamma {
    /// Q(a, x) = ∫ₓ^∞ tᵃ⁻¹ e⁻ᵗ dt / Γ(a), for positive a and x ≥ 0.
    ///
    /// A series below x = a + 1 (NIST DLMF 8.11.4) and a continued fraction above it (8.9.2), to about 10⁻¹³; for
    /// a above 10⁵ the first two terms of Temme's uniform expansion (8.12.4), to 10⁻⁷.
    static func upper(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        if a > 1e5 { return uniform(a, x) }
        let front = exp(a * log(x) - x - logGamma(a))
        return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x)
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var n = a
        for _ in 0..<10_000 {
            n += 1
            term *= x / n
            sum += term
            if !(term > 1e-16 * sum) { break }
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / (abs(b) < tiny ? tiny : b)
        var result = d
        for index in 1...10_000 {
            let n = Double(index)
            let term = -n * (n - a)
            b += 2
            d = term * d + b
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = b + term / c
            if abs(c) < tiny { c = tiny }
            result *= d * c
            if !(abs(d * c - 1) > 1e-15) { break }
        }
        return result
    }

    private static func uniform(_ a: Double, _ x: Double) -> Double {
        let mu = x / a - 1
        // ½ η² = μ − ln(1 + μ); near 0 by its series, which the difference would lose.
        let half = abs(mu) < 1e-4 ? mu * mu * (0.5 - mu / 3 + mu * mu / 4) : mu - log1p(mu)
        let eta = (mu < 0 ? -1 : 1) * (2 * half).squareRoot()
        let first = abs(mu) < 1e-4 ? -1 / 3.0 + mu / 12 : 1 / mu - 1 / eta
        return 0.5 * erfc(eta * (0.5 * a).squareRoot()) + exp(-a * half) / (2 * .pi * a).squareRoot() * first
    }
}
