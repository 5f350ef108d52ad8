import LodeDomain
import LodeJobs
import Testing

@Suite struct RetryPolicyTests {
    private let job = Identifier<Job>(rawValue: 7)

    @Test func `without jitter the delays double up to the longest`() {
        let policy = RetryPolicy(firstDelay: 5, factor: 2, maximumDelay: 60, jitter: 0, seed: 1)
        #expect((1...6).map { policy.delay(afterAttempt: $0, of: job) } == [5, 10, 20, 40, 60, 60])
        #expect(policy.delay(afterAttempt: 100_000, of: job) == 60)
    }

    @Test func `jitter stays in its range and fills it`() {
        let policy = RetryPolicy(firstDelay: 100, factor: 2, maximumDelay: 100, jitter: 0.2, seed: 3)
        let delays = (1...1000).map { policy.delay(afterAttempt: 1, of: Identifier(rawValue: $0)) }
        #expect(delays.allSatisfy { (80...120).contains($0) })
        // A thousand even draws leave 1 % at either end empty with probability 2 · 0.99^1000 < 1e-4; the seed is fixed.
        #expect(delays.contains { $0 < 80.4 })
        #expect(delays.contains { $0 > 119.6 })
    }

    @Test func `the same seed, job and attempt give the same delay, others another`() {
        let policy = RetryPolicy(seed: 1)
        let delay = policy.delay(afterAttempt: 1, of: job)
        #expect(policy.delay(afterAttempt: 1, of: job) == delay)
        #expect(RetryPolicy(seed: 2).delay(afterAttempt: 1, of: job) != delay)
        #expect(policy.delay(afterAttempt: 1, of: Identifier(rawValue: 8)) != delay)
    }
}
