import LodeDomain
import Testing

extension JobQueue {
    /// Enqueues a job of kind `train` with that key.
    fileprivate func enqueue(
        key: String, _ onConflict: JobUniqueness.Conflict, arguments: String = "{}", at now: Timestamp
    ) async throws -> Job {
        try await enqueue(
            JobRequest(
                kind: "train", arguments: arguments, tags: ["nightly"],
                unique: JobUniqueness(key: key, onConflict: onConflict)), at: now)
    }
}

extension QueueContract {
    static let verbs: [QueueContract] = [
        QueueContract("a job keeps what its request said") { subject in
            let request = JobRequest(
                kind: "train", arguments: #"{"a":1}"#, maxAttempts: 2, notBefore: at(5), queue: "gpu", priority: 2,
                tags: ["a", "b"], metadata: #"{"by":"me"}"#,
                unique: JobUniqueness(key: "k", onConflict: .reject), timeoutSeconds: 60, stallSeconds: 10)
            let job = try await subject.queue.enqueue(request, at: at(0))
            #expect(job.queue == "gpu")
            #expect(job.priority == 2)
            #expect(job.tags == ["a", "b"])
            #expect(job.metadata == #"{"by":"me"}"#)
            #expect(job.uniqueKey == "k")
            #expect(job.timeoutSeconds == 60)
            #expect(job.stallSeconds == 10)
            #expect(!job.hasFollowUp)
            #expect(try await subject.queue.job(job.id) == job)
        },
        QueueContract("the more urgent job goes first") { subject in
            var jobs: [Int: Identifier<Job>] = [:]
            for priority in [5, 9, 0] {
                jobs[priority] = try await subject.queue.enqueue(
                    JobRequest(kind: "train", arguments: "{}", priority: priority), at: at(0)
                ).id
            }
            for priority in [0, 5, 9] {
                let claimed = try await subject.queue.claim(at: at(1))
                #expect(claimed?.job.id == jobs[priority])
            }
        },
        QueueContract("a worker is given only queues that it serves") { subject in
            let job = try await subject.queue.enqueue(
                JobRequest(kind: "train", arguments: "{}", queue: "gpu"), at: at(0))
            let other = try await subject.queue.claim(
                kinds: ["train"], queues: ["default", "cpu"], worker: "w", leaseSeconds: 20, at: at(1))
            #expect(other == nil)
            let claimed = try await subject.queue.claim(
                kinds: ["train"], queues: ["cpu", "gpu"], worker: "w", leaseSeconds: 20, at: at(1))
            #expect(claimed?.job.id == job.id)
        },
        QueueContract("a unique job that waits is returned in place of a second") { subject in
            let first = try await subject.queue.enqueue(key: "k", .reject, at: at(0))
            let same = try await subject.queue.enqueue(key: "k", .returnExisting, at: at(1))
            #expect(same == first)
            let waiting = try await subject.queue.enqueue(key: "k", .rerunAfter, arguments: #"{"a":1}"#, at: at(1))
            #expect(waiting == first)
            await #expect(throws: StoreError.jobNotUnique(existing: first.id)) {
                try await subject.queue.enqueue(key: "k", .reject, at: at(1))
            }
            let other = try await subject.queue.enqueue(key: "other", .reject, at: at(1))
            #expect(other.id != first.id)
            let otherKind = try await subject.queue.enqueue(
                JobRequest(
                    kind: "tune", arguments: "{}", unique: JobUniqueness(key: "k", onConflict: .reject)), at: at(1))
            #expect(otherKind.id != first.id)
        },
        QueueContract("a unique job that waits can be given other arguments") { subject in
            let first = try await subject.queue.enqueue(key: "k", .reject, at: at(0))
            let replaced = try await subject.queue.enqueue(
                key: "k", .replaceArguments, arguments: #"{"a":2}"#, at: at(1))
            #expect(replaced.id == first.id)
            #expect(replaced.arguments == #"{"a":2}"#)
            #expect(!replaced.hasFollowUp)
        },
        QueueContract("a unique job that runs is followed by one more, once") { subject in
            let first = try await subject.queue.enqueue(key: "k", .rerunAfter, at: at(0))
            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            let conflicting = try await subject.queue.enqueue(
                key: "k", .rerunAfter, arguments: #"{"a":1}"#, at: at(2))
            #expect(conflicting.id == first.id)
            #expect(conflicting.hasFollowUp)
            _ = try await subject.queue.enqueue(key: "k", .replaceArguments, arguments: #"{"a":2}"#, at: at(2))
            #expect(try await subject.queue.claim(at: at(3)) == nil)

            _ = try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(4))
            let next = try #require(try await subject.queue.claim(at: at(4)))
            #expect(next.job.id != first.id)
            #expect(next.job.arguments == #"{"a":2}"#)
            #expect(next.job.uniqueKey == "k")
            #expect(next.job.tags == ["nightly"])
            #expect(next.job.createdAt == at(4))
            _ = try await subject.queue.complete(next.lease, result: "{}", publishing: nil, at: at(5))
            #expect(try await subject.queue.claim(at: at(6)) == nil)
        },
        QueueContract("a job that ended, was followed and is retried is not followed a second time") { subject in
            let first = try await subject.queue.enqueue(key: "k", .rerunAfter, at: at(0))
            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            _ = try await subject.queue.enqueue(key: "k", .rerunAfter, at: at(2))
            _ = try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(3))
            let next = try #require(try await subject.queue.claim(at: at(4)))
            _ = try await subject.queue.complete(next.lease, result: "{}", publishing: nil, at: at(5))

            #expect(try await subject.queue.retry(first.id, at: at(6))?.hasFollowUp == false)
            let again = try #require(try await subject.queue.claim(at: at(6)))
            #expect(again.job.id == first.id)
            _ = try await subject.queue.complete(again.lease, result: "{}", publishing: nil, at: at(7))
            #expect(try await subject.queue.claim(at: at(8)) == nil)
        },
        QueueContract("a job that waits for its next attempt keeps its follow-up when it is hurried") { subject in
            let first = try await subject.queue.enqueue(key: "k", .rerunAfter, at: at(0))
            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            _ = try await subject.queue.enqueue(key: "k", .replaceArguments, arguments: #"{"a":1}"#, at: at(2))
            try await subject.queue.fail(claimed.lease, code: "c", message: "", retryAt: at(60), at: at(3))
            #expect(try await subject.queue.retry(first.id, at: at(4))?.hasFollowUp == true)
        },
        QueueContract("a follow-up comes after a discarded job, not after a cancelled one") { subject in
            for ending in ["discarded", "cancelled", "lease ended"] {
                let job = try await subject.queue.enqueue(
                    JobRequest(
                        kind: "train", arguments: "{}", maxAttempts: 1,
                        unique: JobUniqueness(key: ending, onConflict: .rerunAfter)), at: at(0))
                let claimed = try #require(try await subject.queue.claim(at: at(0)))
                _ = try await subject.queue.enqueue(key: ending, .rerunAfter, at: at(1))
                switch ending {
                case "discarded":
                    try await subject.queue.fail(claimed.lease, code: "c", message: "", retryAt: nil, at: at(2))
                case "cancelled":
                    _ = try await subject.queue.cancel(job.id, at: at(2))
                default: break
                }
                let next = try await subject.queue.claim(at: at(30))
                #expect((next != nil) == (ending != "cancelled"))
                #expect(next?.job.uniqueKey == next.map { _ in ending })
                if let next {
                    _ = try await subject.queue.complete(next.lease, result: "{}", publishing: nil, at: at(31))
                }
            }
        },
        QueueContract("a finished unique job makes room for another") { subject in
            let first = try await subject.queue.enqueue(key: "k", .reject, at: at(0))
            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            _ = try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(2))
            let second = try await subject.queue.enqueue(key: "k", .reject, at: at(3))
            #expect(second.id != first.id)
            await #expect(throws: StoreError.jobNotUnique(existing: second.id)) {
                try await subject.queue.retry(first.id, at: at(4))
            }
        },
        QueueContract("of many requests with one key at once, one adds a job") { subject in
            let ids = try await withThrowingTaskGroup(of: Identifier<Job>.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await subject.queue.enqueue(key: "k", .returnExisting, at: at(0)).id }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        },
        QueueContract("a snoozed job comes back at its time, its attempt not counted") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(maxAttempts: 1, at: at(0))
            try await subject.queue.snooze(claimed.lease, until: at(60), at: at(1))
            let job = try #require(try await subject.queue.job(claimed.job.id))
            #expect(job.state == .scheduled)
            #expect(job.availableAt == at(60))
            #expect(job.attempt == 0)
            #expect(try await subject.queue.claim(at: at(59)) == nil)
            #expect(try await subject.queue.claim(at: at(60))?.job.id == job.id)
            await #expect(throws: StoreError.leaseLost(job: job.id)) {
                try await subject.queue.snooze(claimed.lease, until: at(99), at: at(61))
            }
        },
        QueueContract("a discarded job can be tried once more") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(maxAttempts: 1, at: at(0))
            try await subject.queue.saveSnapshot([3], under: claimed.lease, at: at(0))
            try await subject.queue.fail(claimed.lease, code: "c", message: "", retryAt: nil, at: at(1))
            let retried = try #require(try await subject.queue.retry(claimed.job.id, at: at(2)))
            #expect(retried.state == .available)
            #expect(retried.finishedAt == nil)
            #expect(retried.failures.count == 1)
            let again = try #require(try await subject.queue.claim(at: at(2)))
            #expect(again.job.attempt == 2)
            #expect(again.snapshot == [3])
            try await subject.queue.fail(again.lease, code: "c", message: "", retryAt: at(9), at: at(3))
            #expect(try await subject.queue.job(claimed.job.id)?.state == .discarded)
        },
        QueueContract("a job that completes may ask for another in the same step, unless its lease was lost") {
            subject in
            let next = JobRequest(
                kind: "train", arguments: #"{"a":1}"#, unique: JobUniqueness(key: "k", onConflict: .returnExisting))
            let first = try await subject.queue.enqueueAndClaim(at: at(0))
            let made = try await subject.queue.complete(first.lease, result: "{}", enqueuing: next, at: at(1))
            #expect(try await subject.queue.job(first.job.id)?.state == .completed)
            #expect(made.state == .available && made.arguments == #"{"a":1}"#)
            await #expect(throws: StoreError.leaseLost(job: first.job.id)) {
                try await subject.queue.complete(first.lease, result: "{}", enqueuing: next, at: at(2))
            }
            #expect(try await subject.queue.jobs(in: [.available], limit: 10).map(\.id) == [made.id])
        },
        QueueContract("a job that has published is not retried, as long as what it published exists") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1])
            let version = try #require(
                try await subject.queue.complete(claimed.lease, result: "{}", publishing: draft, at: at(1)))
            await #expect(throws: StoreError.jobHasPublished(claimed.job.id)) {
                try await subject.queue.retry(claimed.job.id, at: at(2))
            }
            #expect(try await subject.queue.job(claimed.job.id)?.state == .completed)

            let measuring = try await subject.queue.enqueueAndClaim(at: at(3))
            try await subject.queue.complete(
                measuring.lease, result: "{}",
                recording: ModelEvaluationDraft(version: version.id, watermark: version.watermark, report: "{}"),
                at: at(4))
            await #expect(throws: StoreError.jobHasPublished(measuring.job.id)) {
                try await subject.queue.retry(measuring.job.id, at: at(5))
            }
        },
        QueueContract("a retry hurries a job that waits and leaves one that runs") { subject in
            let waiting = try await subject.queue.enqueue(
                JobRequest(kind: "train", arguments: "{}", notBefore: at(100)), at: at(0))
            #expect(try await subject.queue.retry(waiting.id, at: at(1))?.availableAt == at(1))
            let claimed = try #require(try await subject.queue.claim(at: at(1)))
            #expect(try await subject.queue.retry(waiting.id, at: at(2)) == claimed.job)
            let missing = try await subject.queue.retry(Identifier(rawValue: 99), at: at(2))
            #expect(missing == nil)
        },
        QueueContract("jobs are counted by state, and old ones pruned") { subject in
            let first = try await subject.queue.enqueueAndClaim(at: at(0))
            _ = try await subject.queue.complete(first.lease, result: "{}", publishing: nil, at: at(10))
            let second = try await subject.queue.enqueueAndClaim(at: at(11))
            try await subject.queue.fail(second.lease, code: "c", message: "", retryAt: nil, at: at(20))
            _ = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(0))
            let before = try await subject.queue.counts().filter { $0.value > 0 }
            #expect(before == [.completed: 1, .discarded: 1, .available: 1])
            #expect(try await subject.queue.prune(finishedBefore: at(20)) == 1)
            #expect(try await subject.queue.job(first.job.id) == nil)
            let after = try await subject.queue.counts().filter { $0.value > 0 }
            #expect(after == [.discarded: 1, .available: 1])
        },
    ]
}
