internal import LodeNumerics

/// A random choice of times.
enum RandomTimes {
    /// `fraction` of `count` times, at least one, without replacement.
    static func seen(fraction: Double, of count: Int, random: CounterRandom) -> [Bool] {
        let kept = min(count, max(1, Int(fraction * Double(count))))
        var seen = [Bool](repeating: false, count: count)
        for index in random.permutation(count).prefix(kept) { seen[index] = true }
        return seen
    }
}
