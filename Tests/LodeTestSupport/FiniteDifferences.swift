/// Central differences: derivatives that owe nothing to the code under test.
public enum FiniteDifferences {
    /// The gradient of `function` at `point`, with steps of `step` times the larger of 1 and the coordinate.
    ///
    /// The error is about step² times the third derivative plus 10⁻¹⁶ / step times the value: near 10⁻¹⁰ at 10⁻⁵.
    public static func gradient(
        at point: [Double], step: Double = 1e-5, of function: ([Double]) throws -> Double
    ) rethrows -> [Double] {
        var result: [Double] = []
        for index in point.indices {
            let width = step * max(1, abs(point[index]))
            var shifted = point
            shifted[index] = point[index] + width
            let above = try function(shifted)
            shifted[index] = point[index] - width
            let below = try function(shifted)
            result.append((above - below) / (2 * width))
        }
        return result
    }

    /// The largest difference between two gradients, relative to the largest entry of the second.
    ///
    /// NaN on either side gives infinity.
    public static func relativeDifference(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count == second.count else { return .infinity }
        let scale = second.reduce(1e-300) { max($0, abs($1)) }
        var largest = 0.0
        for (one, other) in zip(first, second) {
            let difference = abs(one - other) / scale
            guard difference.isFinite else { return .infinity }
            largest = max(largest, difference)
        }
        return largest
    }
}
