internal import Foundation

/// The integral of a smooth function over an interval, by Simpson's rule on halves where it is needed.
///
/// Source: J. N. Lyness, "Notes on the adaptive Simpson quadrature routine", J. ACM 16(3), 1969,
/// doi:10.1145/321526.321537.
enum AdaptiveQuadrature {
    /// The integral of `function` from `low` to `high`, to about `tolerance`.
    static func integral(
        from low: Double, to high: Double, tolerance: Double, of function: (Double) -> Double
    ) -> Double {
        guard high > low else { return 0 }
        // Eight panels to begin with, so that a narrow feature in the middle of a wide interval is not missed.
        let panels = 8
        let width = (high - low) / Double(panels)
        var sum = 0.0
        for panel in 0..<panels {
            let a = low + Double(panel) * width
            let b = panel == panels - 1 ? high : a + width
            let ends = (function(a), function(0.5 * (a + b)), function(b))
            sum += refine(
                a, b, ends, simpson(a, b, ends), tolerance / Double(panels), depth: 24, function)
        }
        return sum
    }

    private static func simpson(_ a: Double, _ b: Double, _ f: (Double, Double, Double)) -> Double {
        (b - a) / 6 * (f.0 + 4 * f.1 + f.2)
    }

    private static func refine(
        _ a: Double, _ b: Double, _ f: (Double, Double, Double), _ whole: Double, _ tolerance: Double, depth: Int,
        _ function: (Double) -> Double
    ) -> Double {
        let middle = 0.5 * (a + b)
        let left = (f.0, function(0.5 * (a + middle)), f.1)
        let right = (f.1, function(0.5 * (middle + b)), f.2)
        let leftArea = simpson(a, middle, left)
        let rightArea = simpson(middle, b, right)
        let change = leftArea + rightArea - whole
        if depth == 0 || !(abs(change) > 15 * tolerance) { return leftArea + rightArea + change / 15 }
        return refine(a, middle, left, leftArea, 0.5 * tolerance, depth: depth - 1, function)
            + refine(middle, b, right, rightArea, 0.5 * tolerance, depth: depth - 1, function)
    }
}
