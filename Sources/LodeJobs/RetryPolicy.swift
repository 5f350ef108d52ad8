public import LodeDomain

/// How long a failed job waits for its next attempt: exponential backoff with jitter.
///
/// The delay after attempt `n` is `firstDelay · factor^(n−1)`, at most `maximumDelay`, times a number drawn evenly from
/// `1 ± jitter`. The draw depends on the seed, the job and the attempt alone, so a policy has no state.
public struct RetryPolicy: Hashable, Sendable {
    /// Seconds after the first failure.
    public var firstDelay: Double
    /// How much longer each wait is than the one before.
    public var factor: Double
    /// The longest wait in seconds, before jitter.
    public var maximumDelay: Double
    /// The largest relative change by chance, 0 to 1; keeps jobs that failed together from coming back together.
    public var jitter: Double
    /// Decides the jitter.
    public var seed: UInt64

    /// A policy; the defaults wait 5 s, 10 s, 20 s, … up to an hour, give or take a fifth.
    public init(
        firstDelay: Double = 5, factor: Double = 2, maximumDelay: Double = 3600, jitter: Double = 0.2, seed: UInt64
    ) {
        self.firstDelay = firstDelay
        self.factor = factor
        self.maximumDelay = maximumDelay
        self.jitter = jitter
        self.seed = seed
    }

    /// Seconds to wait after attempt `attempt`, from 1, of `job`.
    public func delay(afterAttempt attempt: Int, of job: Identifier<Job>) -> Double {
        var delay = firstDelay
        for _ in 1..<max(attempt, 1) where delay < maximumDelay { delay *= factor }
        let state = seed &+ UInt64(bitPattern: job.rawValue) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(attempt)
        return min(delay, maximumDelay) * (1 + jitter * (2 * unitInterval(from: mixed(state)) - 1))
    }

    /// The output function of SplitMix64.
    ///
    /// Source: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, doi:10.1145/2660193.2660195.
    private func mixed(_ state: UInt64) -> UInt64 {
        var bits = state &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    private func unitInterval(from bits: UInt64) -> Double {
        Double(bits >> 11) * 0x1p-53
    }
}
