import Foundation

/// Numbers as people read them.
enum NumberText {
    /// A number with `digits` after the point.
    static func fixed(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }

    /// A number with four significant digits.
    static func short(_ number: Double) -> String {
        String(format: "%.4g", number)
    }

    /// How many digits after the point show differences of a thousandth of `span`.
    static func digits(for span: Double) -> Int {
        guard span > 0, span.isFinite else { return 3 }
        return min(max(3 - Int(log10(span).rounded(.down)), 0), 9)
    }

    /// A share as per cent.
    static func percent(_ share: Double?) -> String {
        share.map { String(format: "%.0f %%", $0 * 100) } ?? "-"
    }
}
