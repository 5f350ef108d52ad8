import Synchronization

/// Remembers whether the last claim of this process found a job, so that the next one probably does too.
final class JobDemand: Sendable {
    private let found = Atomic<Bool>(false)

    var isHigh: Bool { found.load(ordering: .relaxed) }

    func note(_ foundJob: Bool) { found.store(foundJob, ordering: .relaxed) }
}
