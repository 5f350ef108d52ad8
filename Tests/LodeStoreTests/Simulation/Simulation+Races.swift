import LodeDomain
import LodeJobs

/// Two calls at the same moment, of which either may be first: what they leave behind is the same.
extension Simulation {
    mutating func race() async {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: await raceClaims()
        case 1: await raceCompletions()
        default: await raceFirings()
        }
    }

    private static func outcome<Value: Sendable>(
        _ call: @Sendable () async throws(StoreError) -> Value
    ) async -> Result<Value, StoreError> {
        do throws(StoreError) {
            return .success(try await call())
        } catch {
            return .failure(error)
        }
    }

    /// Two workers claim: no job goes to both.
    private mutating func raceClaims() async {
        let first = Int.random(in: 0..<workers.count, using: &random)
        let second = (first + Int.random(in: 1..<workers.count, using: &random)) % workers.count
        let (queue, other) = (processes[workers[first].process].queue, processes[workers[second].process].queue)
        let reading = machine.reading
        let now = machine.now
        async let one = Self.outcome { () async throws(StoreError) in
            try await queue.claim(
                kinds: Self.kinds, queues: [], worker: "w", leaseSeconds: Ledger.leaseSeconds, at: now)
        }
        async let two = Self.outcome { () async throws(StoreError) in
            try await other.claim(
                kinds: Self.kinds, queues: [], worker: "w", leaseSeconds: Ledger.leaseSeconds, at: now)
        }
        var leases: [Int64: Lease] = [:]
        var answers: [String] = []
        for outcome in await [one, two] {
            switch outcome {
            case .success(let claimed?):
                leases[claimed.job.id.rawValue] = claimed.lease
                answers.append("job \(claimed.job.id.rawValue), token \(claimed.lease.fencingToken)")
            case .success(nil): answers.append("none")
            case .failure(let error): answers.append("\(error)")
            }
        }
        var expected: [String] = []
        // Who got which is not for the seed to decide; from here on it is.
        for worker in [first, second] {
            let job = ledger.claim(kinds: Self.kinds, at: reading)
            expected.append(job.map { "job \($0.id), token \($0.claims)" } ?? "none")
            if let lease = job.flatMap({ leases[$0.id] }) { workers[worker].leases.append(lease) }
        }
        check("workers \(first) and \(second) claim at once", "\(answers.sorted())", expected: "\(expected.sorted())")
    }

    /// A worker that was not answered completes its job again, while the first call is under way: one of them counts.
    private mutating func raceCompletions() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let other = anyProcess().queue
        let draft = draft()
        let now = machine.now
        count += 1
        let result = #"{"result":\#(count)}"#
        async let one = Self.outcome { () async throws(StoreError) in
            try await queue.complete(lease, result: result, publishing: draft, at: now)
        }
        async let two = Self.outcome { () async throws(StoreError) in
            try await other.complete(lease, result: result, publishing: draft, at: now)
        }
        var answers: [String] = []
        for outcome in await [one, two] {
            switch outcome {
            case .success(let version):
                answers.append("version \(version?.number ?? 0)")
                noteCompletion(lease, accepted: true)
            case .failure(let error): answers.append("\(error)")
            }
        }
        let expected = (0..<2).map { _ in
            let refusal = ledger.publish(draft, completing: lease, result: result, at: now)
            return refusal.map { "\($0)" }
                ?? "version \(ledger.contents.datasets[draft.dataset.rawValue]?.lastNumber ?? 0)"
        }
        check(
            "worker \(worker) completes job \(lease.job.rawValue) twice at once", "\(answers.sorted())",
            expected: "\(expected.sorted())")
        letGo(worker, lease)
    }

    /// Two schedulers act upon the same at once: each schedule fires once.
    private mutating func raceFirings() async {
        await look()
        guard let seen = processes.map(\.seen).max(by: { $0.count < $1.count }), !seen.isEmpty else { return }
        let now = machine.now
        let schedulers = processes.map { process in
            Scheduler(
                store: ScheduleStoreAsSeen(base: process.schedules, seen: seen.map(\.due)), pollSeconds: 1,
                now: { now }, wait: { _ in }, onEvent: { _ in })
        }
        let (first, second) = (schedulers[0], schedulers[1])
        async let one = Self.outcome { () async throws(StoreError) in try await first.fireDue() }
        async let two = Self.outcome { () async throws(StoreError) in try await second.fireDue() }
        var jobs: [Int64] = []
        for outcome in await [one, two] {
            switch outcome {
            case .success(let fired): jobs += fired.map(\.id.rawValue)
            case .failure(let error): fault("a scheduler met \(error)")
            }
        }
        var expected: [Int64] = []
        for due in seen { expected += ledger.fire(due.ledger, at: now) }
        check("both processes fire at once", "\(jobs.sorted())", expected: "\(expected.sorted())")
        for index in processes.indices { processes[index].seen = [] }
    }
}
