import LodeDomain
import Testing

extension QueueContract.Subject {
    /// The states of a job in the order it came to them, from its journal.
    fileprivate func states(of job: Identifier<Job>, after number: Int64 = 0) async throws -> [JobState] {
        try await journal.changes(after: number, of: job, limit: 100).filter { $0.progress == nil }.map(\.state)
    }
}

extension QueueContract {
    static let journal: [QueueContract] = [
        QueueContract("every change of state is told, in order, from any number on") { subject in
            let queue = subject.queue
            let first = try await queue.enqueueAndClaim(maxAttempts: 2, at: at(0))
            try await queue.fail(first.lease, code: "c", message: "", retryAt: at(5), at: at(1))
            let middle = try await subject.journal.lastChange()
            let second = try #require(try await queue.claim(at: at(5)))
            try await queue.snooze(second.lease, until: at(9), at: at(6))
            let third = try #require(try await queue.claim(at: at(9)))
            try await queue.release(third.lease, at: at(10))
            let fourth = try #require(try await queue.claim(at: at(10)))
            let other = try await queue.enqueue(JobRequest(kind: "tune", arguments: "{}"), at: at(11))
            _ = try await queue.complete(fourth.lease, result: "{}", publishing: nil, at: at(12))
            let job = first.job.id
            #expect(
                try await subject.states(of: job) == [
                    .available, .running, .retryable, .running, .scheduled, .running, .available, .running, .completed,
                ])
            let later = try await subject.states(of: job, after: middle)
            #expect(later == [.running, .scheduled, .running, .available, .running, .completed])
            let all = try await subject.journal.changes(after: 0, of: nil, limit: 100)
            #expect(all.count == 10)
            #expect(all.map(\.number) == all.map(\.number).sorted())
            #expect(all.last?.at == at(12))
            #expect(all.last?.number == (try await subject.journal.lastChange()))
            #expect(try await subject.journal.changes(after: 0, of: nil, limit: 3) == Array(all.prefix(3)))
            #expect(try await subject.states(of: other.id) == [.available])
        },
        QueueContract("cancel, retry, a lease that ends and a follow-up are told too") { subject in
            let queue = subject.queue
            let job = try await queue.enqueueAndClaim(maxAttempts: 1, at: at(0)).job.id
            #expect(try await queue.claim(at: at(20)) == nil)
            _ = try await queue.retry(job, at: at(21))
            _ = try await queue.cancel(job, at: at(22))
            #expect(try await subject.states(of: job) == [.available, .running, .discarded, .available, .cancelled])
        },
        QueueContract("of a job's progress the last report is told") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            for fraction in [0.25, 0.5] {
                _ = try await subject.queue.renew(
                    claimed.lease, leaseSeconds: 20, progress: JobProgress(fraction: fraction, message: "m"), curve: [],
                    at: at(1))
            }
            let changes = try await subject.journal.changes(after: 0, of: claimed.job.id, limit: 10)
            #expect(changes.map { $0.progress?.fraction } == [nil, nil, 0.5])
            #expect(changes.last?.state == .running)
        },
        QueueContract("changes go with a job that is pruned, and numbers are never used again") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            _ = try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(1))
            let last = try await subject.journal.lastChange()
            #expect(try await subject.queue.prune(finishedBefore: at(2)) == 1)
            let none = try await subject.journal.changes(after: 0, of: nil, limit: 10)
            #expect(none.isEmpty)
            _ = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(3))
            let later = try await subject.journal.changes(after: last, of: nil, limit: 10)
            #expect(later.count == 1)
        },
        QueueContract("a running job that is to end early completes as cancelled, with what it made") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            let asked = try #require(try await subject.queue.endEarlyIfUnfinished(claimed.job.id, at: at(1)))
            #expect(asked.state == .running)
            #expect(asked.endsEarly)
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1])
            let version = try await subject.queue.complete(claimed.lease, result: "{}", publishing: draft, at: at(2))
            #expect(version != nil)
            let job = try #require(try await subject.queue.job(claimed.job.id))
            #expect(job.state == .cancelled)
            #expect(job.result == "{}")
            let waiting = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(3))
            #expect(try await subject.queue.endEarlyIfUnfinished(waiting.id, at: at(4))?.state == .cancelled)
            #expect(try await subject.queue.endEarlyIfUnfinished(waiting.id, at: at(5))?.finishedAt == at(4))
        },
        QueueContract("a job that is available is claimed also where the clock was set back") { subject in
            let job = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(3600))
            #expect(try await subject.queue.claim(at: at(0))?.job.id == job.id)
        },
        QueueContract("a cancelled unique job makes room for another, and cannot come back beside it") { subject in
            let request = JobRequest(
                kind: "train", arguments: "{}", unique: JobUniqueness(key: "k", onConflict: .reject))
            let first = try await subject.queue.enqueue(request, at: at(0))
            _ = try await subject.queue.cancel(first.id, at: at(1))
            let second = try await subject.queue.enqueue(request, at: at(2))
            #expect(second.id != first.id)
            await #expect(throws: StoreError.jobNotUnique(existing: second.id)) {
                try await subject.queue.retry(first.id, at: at(3))
            }
        },
        QueueContract("snapshots of ended jobs can be pruned by themselves") { subject in
            let old = try await subject.queue.enqueueAndClaim(maxAttempts: 1, at: at(0))
            try await subject.queue.saveSnapshot([1], under: old.lease, at: at(0))
            try await subject.queue.fail(old.lease, code: "c", message: "", retryAt: nil, at: at(1))
            let running = try await subject.queue.enqueueAndClaim(at: at(2))
            try await subject.queue.saveSnapshot([2], under: running.lease, at: at(2))
            #expect(try await subject.queue.pruneSnapshots(finishedBefore: at(1)) == 0)
            #expect(try await subject.queue.pruneSnapshots(finishedBefore: at(2)) == 1)
            _ = try await subject.queue.retry(old.job.id, at: at(3))
            #expect(try await subject.queue.claim(at: at(3))?.snapshot == nil)
            #expect(try await subject.queue.claim(worker: "w2", at: at(30))?.snapshot == [2])
        },
    ]
}
