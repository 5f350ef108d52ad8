import LodeDomain
import Testing

extension QueueContract {
    static let leases: [QueueContract] = [
        QueueContract("a renewal moves the lease's end and stores progress and curve") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            let progress = JobProgress(fraction: 0.25, message: "epoch 2 of 8", metrics: ["validationLoss": 0.5])
            let curve = [
                CurvePoint(epoch: 1, metrics: ["validationLoss": 0.75]),
                CurvePoint(epoch: 2, metrics: ["validationLoss": 0.5]),
            ]
            let renewal = try await subject.queue.renew(
                claimed.lease, leaseSeconds: 20, progress: progress, curve: curve, at: at(5))
            #expect(renewal == .renewed(until: at(25)))
            #expect(try await subject.queue.job(claimed.job.id)?.progress == progress)
            #expect(try await subject.queue.curve(of: claimed.job.id, after: 0) == curve)
            #expect(try await subject.queue.curve(of: claimed.job.id, after: 1) == [curve[1]])
            #expect(try await subject.queue.claim(at: at(24.9)) == nil)

            // Nothing new leaves what was there.
            _ = try await subject.queue.renew(claimed.lease, leaseSeconds: 20, progress: nil, curve: [], at: at(6))
            #expect(try await subject.queue.job(claimed.job.id)?.progress == progress)
            #expect(try await subject.queue.curve(of: claimed.job.id, after: 0) == curve)
        },
        QueueContract("a later attempt's curve replaces the points it has anew") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            for loss in [2.0, 1.0] {
                _ = try await subject.queue.renew(
                    claimed.lease, leaseSeconds: 20, progress: nil,
                    curve: [CurvePoint(epoch: 1, metrics: ["validationLoss": loss])], at: at(1))
            }
            #expect(
                try await subject.queue.curve(of: claimed.job.id, after: 0)
                    == [CurvePoint(epoch: 1, metrics: ["validationLoss": 1])])
        },
        QueueContract("a job whose lease ended is claimed again, from its snapshot") { subject in
            let first = try await subject.queue.enqueueAndClaim(at: at(0))
            try await subject.queue.saveSnapshot([1, 2, 3], under: first.lease, at: at(2))
            try await subject.queue.saveSnapshot([4, 5], under: first.lease, at: at(3))
            #expect(try await subject.queue.claim(worker: "w2", at: at(19.9)) == nil)

            let second = try #require(try await subject.queue.claim(worker: "w2", at: at(20)))
            #expect(second.job.id == first.job.id)
            #expect(second.job.attempt == 2)
            #expect(second.lease.fencingToken > first.lease.fencingToken)
            #expect(second.snapshot == [4, 5])
            #expect(second.job.failures.map(\.code) == ["lease-expired"])
            #expect(second.job.failures.map(\.attempt) == [1])
            #expect(second.job.failures.map(\.at) == [at(20)])
        },
        QueueContract("a worker that lost its lease can write nothing") { subject in
            let stale = try await subject.queue.enqueueAndClaim(at: at(0)).lease
            let current = try #require(try await subject.queue.claim(worker: "w2", at: at(30)))
            let before = try await subject.queue.job(stale.job)
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1])

            let lost = StoreError.leaseLost(job: stale.job)
            await #expect(throws: lost) {
                try await subject.queue.complete(stale, result: "{}", publishing: draft, at: at(31))
            }
            await #expect(throws: lost) {
                try await subject.queue.fail(stale, code: "x", message: "", retryAt: at(40), at: at(31))
            }
            await #expect(throws: lost) { try await subject.queue.release(stale, at: at(31)) }
            await #expect(throws: lost) {
                try await subject.queue.saveSnapshot([9], under: stale, at: at(31))
            }
            #expect(
                try await subject.queue.renew(
                    stale, leaseSeconds: 20, progress: JobProgress(fraction: 1, message: ""),
                    curve: [CurvePoint(epoch: 1, metrics: [:])], at: at(31)) == .lost)

            #expect(try await subject.queue.job(stale.job) == before)
            #expect(try await subject.queue.curve(of: stale.job, after: 0).isEmpty)
            #expect(try await subject.registry.versions(of: subject.dataset).isEmpty)
            #expect(
                try await subject.queue.renew(
                    current.lease, leaseSeconds: 20, progress: nil, curve: [], at: at(32))
                    == .renewed(until: at(52)))
        },
        QueueContract("a lease that ran out unnoticed still holds") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            #expect(
                try await subject.queue.renew(
                    claimed.lease, leaseSeconds: 20, progress: nil, curve: [], at: at(100))
                    == .renewed(until: at(120)))
        },
        QueueContract("a lease that ends for the last time discards the job") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(maxAttempts: 1, at: at(0))
            #expect(try await subject.queue.claim(at: at(20)) == nil)
            let job = try #require(try await subject.queue.job(claimed.job.id))
            #expect(job.state == .discarded)
            #expect(job.finishedAt == at(20))
            #expect(job.failures.map(\.code) == ["lease-expired"])
        },
        QueueContract("a rescued job goes before younger ones") { subject in
            let rescued = try await subject.queue.enqueueAndClaim(at: at(0)).job
            _ = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(25))
            #expect(try await subject.queue.claim(at: at(30))?.job.id == rescued.id)
        },
    ]
}
