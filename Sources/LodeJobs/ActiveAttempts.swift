import LodeDomain
import Synchronization

/// The attempts of a worker that are under way.
final class ActiveAttempts: Sendable {
    private let attempts = Mutex<[Lease: ClaimedJob]>([:])

    func begin(_ claimed: ClaimedJob) { attempts.withLock { $0[claimed.lease] = claimed } }

    func end(_ claimed: ClaimedJob) { attempts.withLock { $0[claimed.lease] = nil } }

    var all: [ClaimedJob] { attempts.withLock { Array($0.values) } }
}
