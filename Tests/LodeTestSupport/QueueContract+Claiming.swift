import LodeDomain
import Testing

/// Some moment; the checks count from it.
let epoch = Timestamp(microseconds: 1_700_000_000_000_000)

/// The moment `seconds` after ``epoch``.
func at(_ seconds: Double) -> Timestamp { epoch.advanced(bySeconds: seconds) }

extension JobQueue {
    func claim(_ kinds: [String] = ["train"], worker: String = "w1", at now: Timestamp) async throws -> ClaimedJob? {
        try await claim(kinds: kinds, worker: worker, leaseSeconds: 20, at: now)
    }

    /// Enqueues a job and claims it.
    func enqueueAndClaim(maxAttempts: Int = 5, at now: Timestamp) async throws -> ClaimedJob {
        _ = try await enqueue(JobRequest(kind: "train", arguments: "{}", maxAttempts: maxAttempts), at: now)
        return try #require(try await claim(at: now))
    }
}

extension QueueContract {
    static let claiming: [QueueContract] = [
        QueueContract("an enqueued job is available and is claimed once") { subject in
            let job = try await subject.queue.enqueue(
                JobRequest(kind: "train", arguments: #"{"dataset":"co2"}"#, maxAttempts: 3), at: at(0))
            #expect(job.state == .available)
            #expect(job.availableAt == at(0))
            #expect(try await subject.queue.job(job.id) == job)

            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            #expect(claimed.job.id == job.id)
            #expect(claimed.job.arguments == #"{"dataset":"co2"}"#)
            #expect(claimed.job.state == .running)
            #expect(claimed.job.attempt == 1)
            #expect(claimed.job.attemptedAt == at(1))
            #expect(claimed.lease.expiresAt == at(21))
            #expect(claimed.snapshot == nil)
            #expect(try await subject.queue.job(job.id) == claimed.job)
            #expect(try await subject.queue.claim(at: at(2)) == nil)
        },
        QueueContract("jobs are claimed in the order in which they may run") { subject in
            let later = try await subject.queue.enqueue(
                JobRequest(kind: "train", arguments: "{}", notBefore: at(10)), at: at(0))
            let first = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(1))
            let second = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(1))
            var order: [Identifier<Job>] = []
            while let claimed = try await subject.queue.claim(at: at(10)) { order.append(claimed.job.id) }
            #expect(order == [first.id, second.id, later.id])
        },
        QueueContract("a job is not claimed before its time") { subject in
            let job = try await subject.queue.enqueue(
                JobRequest(kind: "train", arguments: "{}", notBefore: at(10)), at: at(0))
            #expect(job.state == .scheduled)
            #expect(try await subject.queue.claim(at: at(9.9)) == nil)
            #expect(try await subject.queue.claim(at: at(10))?.job.id == job.id)
        },
        QueueContract("a worker is given only kinds that it serves") { subject in
            let job = try await subject.queue.enqueue(JobRequest(kind: "backup", arguments: "{}"), at: at(0))
            #expect(try await subject.queue.claim(["train", "tune"], at: at(1)) == nil)
            #expect(try await subject.queue.claim([], at: at(1)) == nil)
            #expect(try await subject.queue.claim(["train", "backup"], at: at(1))?.job.id == job.id)
        },
        QueueContract("of many workers racing for one job, one gets it") { subject in
            _ = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(0))
            let winners = try await withThrowingTaskGroup(of: ClaimedJob?.self) { group in
                for worker in 0..<16 {
                    group.addTask { try await subject.queue.claim(worker: "w\(worker)", at: at(1)) }
                }
                return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
            }
            #expect(winners == 1)
        },
        QueueContract("jobs are listed newest first, by state") { subject in
            let first = try await subject.queue.enqueueAndClaim(at: at(0)).job
            let second = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(1))
            let third = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(2))
            let newest: [(states: Set<JobState>, limit: Int, expected: [Identifier<Job>])] = [
                ([], 10, [third.id, second.id, first.id]), ([], 2, [third.id, second.id]),
                ([.running], 10, [first.id]), ([.completed], 10, []),
            ]
            for (states, limit, expected) in newest {
                let jobs = try await subject.queue.jobs(in: states, limit: limit)
                #expect(jobs.map(\.id) == expected)
            }
        },
        QueueContract("a job that does not exist is nil") { subject in
            let missing = Identifier<Job>(rawValue: 99)
            let job = try await subject.queue.job(missing)
            #expect(job == nil)
            let cancelled = try await subject.queue.cancel(missing, at: at(0))
            #expect(cancelled == nil)
            let curve = try await subject.queue.curve(of: missing, after: 0)
            #expect(curve.isEmpty)
        },
    ]
}
