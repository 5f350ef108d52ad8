public import LodeNumerics

/// Chooses which observations of a series an encoder sees while the rest is asked for.
public enum ContextSampler {
    /// A held-out task.
    public enum Task: Sendable, Hashable, CaseIterable {
        /// Times are hidden at random between those that are seen.
        case interpolation
        /// All times after a cut are hidden.
        case extrapolation
    }

    /// Training contexts: either task at random, of random severity, so that the encoder learns every degree of ignorance.
    ///
    /// - Returns: whether each of the T times is seen; at least one is.
    public static func training(count: Int, random: CounterRandom) -> [Bool] {
        guard count > 1 else { return Array(repeating: true, count: count) }
        if random.uniform(0) < 0.5 {
            let kept = 0.3 + 0.7 * random.uniform(1)
            return atLeastOne((0..<count).map { random.uniform(UInt64(2 + $0)) < kept }, random: random)
        }
        let cut = 1 + random.integer(1, below: count - 1)
        return (0..<count).map { $0 < cut }
    }

    /// The contexts of a report: a random 30 % hidden, or the second half of the times.
    ///
    /// - Parameters:
    ///   - count: T, the series' times.
    ///   - repetition: 0 is the task as described; further ones hide other times, or cut elsewhere between a quarter
    ///     and three quarters, for scores that would hang on too few values otherwise.
    /// - Returns: whether each time is seen; nil where the series has fewer than two times, or, for interpolation,
    ///   fewer than three.
    public static func evaluation(
        _ task: Task, count: Int, repetition: Int, random: CounterRandom
    ) -> [Bool]? {
        switch task {
        case .interpolation:
            return interpolation(count: count, share: 0.3, random: random)
        case .extrapolation:
            guard count >= 2 else { return nil }
            let share = repetition == 0 ? 0.5 : 0.25 + 0.5 * random.uniform(0)
            let cut = min(max(Int((share * Double(count)).rounded(.up)), 1), count - 1)
            return (0..<count).map { $0 < cut }
        }
    }

    /// A random share of the inner times hidden, at least one; nil with fewer than three times.
    ///
    /// First and last stay: hiding them would ask for extrapolation.
    static func interpolation(count: Int, share: Double, random: CounterRandom) -> [Bool]? {
        guard count >= 3 else { return nil }
        let hidden = max(1, Int((Double(count - 2) * share + 1e-9).rounded(.down)))
        let order = random.permutation(count - 2)
        var seen = [Bool](repeating: true, count: count)
        for index in order[0..<hidden] { seen[index + 1] = false }
        return seen
    }

    private static func atLeastOne(_ seen: [Bool], random: CounterRandom) -> [Bool] {
        if seen.contains(true) { return seen }
        var seen = seen
        seen[random.integer(UInt64(2 + seen.count), below: seen.count)] = true
        return seen
    }
}
