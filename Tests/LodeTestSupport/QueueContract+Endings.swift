import LodeDomain
import Testing

extension QueueContract {
    static let endings: [QueueContract] = [
        QueueContract("completing publishes the model version with it") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 7), metadata: #"{"seed":1}"#,
                weights: [1, 2, 3])
            let version = try #require(
                try await subject.queue.complete(
                    claimed.lease, result: #"{"loss":0.5}"#, publishing: draft, at: at(3)))
            #expect(version.number == 1)
            #expect(version.job == claimed.job.id)
            #expect(version.watermark == draft.watermark)
            #expect(version.createdAt == at(3))
            #expect(try await subject.registry.latestVersion(of: subject.dataset) == version)
            #expect(try await subject.registry.version(1, of: subject.dataset) == version)
            #expect(try await subject.registry.version(2, of: subject.dataset) == nil)
            #expect(try await subject.registry.weights(of: version.id) == [1, 2, 3])

            let job = try #require(try await subject.queue.job(claimed.job.id))
            #expect(job.state == .completed)
            #expect(job.result == #"{"loss":0.5}"#)
            #expect(job.finishedAt == at(3))
            await #expect(throws: StoreError.leaseLost(job: job.id)) {
                try await subject.queue.complete(claimed.lease, result: "{}", publishing: draft, at: at(4))
            }
            #expect(try await subject.registry.versions(of: subject.dataset) == [version])
        },
        QueueContract("versions of a dataset count up, newest first") { subject in
            for second in 0..<3 {
                let claimed = try await subject.queue.enqueueAndClaim(at: at(Double(second)))
                let draft = ModelVersionDraft(
                    dataset: subject.dataset, watermark: DataWatermark(revision: 1), metadata: "{}",
                    weights: [UInt8(second)])
                _ = try await subject.queue.complete(
                    claimed.lease, result: "{}", publishing: draft, at: at(Double(second)))
            }
            #expect(try await subject.registry.versions(of: subject.dataset).map(\.number) == [3, 2, 1])
            #expect(try await subject.registry.latestVersion(of: subject.dataset)?.number == 3)
        },
        QueueContract("completing without a model publishes nothing") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            #expect(
                try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(1)) == nil)
            #expect(try await subject.registry.latestVersion(of: subject.dataset) == nil)
        },
        QueueContract("weights of a version that does not exist are refused") { subject in
            let missing = Identifier<ModelVersion>(rawValue: 99)
            await #expect(throws: StoreError.modelVersionNotFound(missing)) {
                try await subject.registry.weights(of: missing)
            }
        },
        QueueContract("a failed job waits for its retry, and keeps every failure") { subject in
            let first = try await subject.queue.enqueueAndClaim(maxAttempts: 3, at: at(0))
            try await subject.queue.fail(
                first.lease, code: "out-of-memory", message: "It \"grew\".", retryAt: at(60), at: at(2))
            let waiting = try #require(try await subject.queue.job(first.job.id))
            #expect(waiting.state == .retryable)
            #expect(waiting.availableAt == at(60))
            #expect(try await subject.queue.claim(at: at(59)) == nil)

            let second = try #require(try await subject.queue.claim(at: at(60)))
            try await subject.queue.fail(second.lease, code: "again", message: "", retryAt: at(90), at: at(61))
            let third = try #require(try await subject.queue.claim(at: at(90)))
            #expect(third.job.attempt == 3)
            try await subject.queue.fail(third.lease, code: "again", message: "", retryAt: at(99), at: at(91))

            let job = try #require(try await subject.queue.job(first.job.id))
            #expect(job.state == .discarded)
            #expect(job.finishedAt == at(91))
            #expect(
                job.failures == [
                    JobFailure(attempt: 1, at: at(2), code: "out-of-memory", message: "It \"grew\"."),
                    JobFailure(attempt: 2, at: at(61), code: "again", message: ""),
                    JobFailure(attempt: 3, at: at(91), code: "again", message: ""),
                ])
            #expect(try await subject.queue.claim(at: at(1000)) == nil)
        },
        QueueContract("a failure without a retry is final") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            try await subject.queue.fail(claimed.lease, code: "bad", message: "", retryAt: nil, at: at(1))
            #expect(try await subject.queue.job(claimed.job.id)?.state == .discarded)
        },
        QueueContract("a released job is available at once, its attempt not counted") { subject in
            let first = try await subject.queue.enqueueAndClaim(maxAttempts: 1, at: at(0))
            try await subject.queue.saveSnapshot([7], under: first.lease, at: at(1))
            try await subject.queue.release(first.lease, at: at(2))
            let released = try #require(try await subject.queue.job(first.job.id))
            #expect(released.state == .available)
            #expect(released.attempt == 0)
            #expect(released.failures.isEmpty)

            let second = try #require(try await subject.queue.claim(worker: "w2", at: at(2)))
            #expect(second.job.attempt == 1)
            #expect(second.snapshot == [7])
            await #expect(throws: StoreError.leaseLost(job: first.job.id)) {
                try await subject.queue.complete(first.lease, result: "{}", publishing: nil, at: at(3))
            }
        },
        QueueContract("a cancelled job is not claimed, and its worker is told") { subject in
            let waiting = try await subject.queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: at(0))
            #expect(try await subject.queue.cancel(waiting.id, at: at(1))?.state == .cancelled)
            #expect(try await subject.queue.claim(at: at(2)) == nil)

            let running = try await subject.queue.enqueueAndClaim(at: at(3))
            let cancelled = try #require(try await subject.queue.cancel(running.job.id, at: at(4)))
            #expect(cancelled.state == .cancelled)
            #expect(cancelled.finishedAt == at(4))
            #expect(
                try await subject.queue.renew(
                    running.lease, leaseSeconds: 20, progress: nil, curve: [], at: at(5)) == .cancelled)
            await #expect(throws: StoreError.leaseLost(job: running.job.id)) {
                try await subject.queue.complete(running.lease, result: "{}", publishing: nil, at: at(6))
            }
        },
        QueueContract("cancelling a job in a final state changes nothing") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            _ = try await subject.queue.complete(claimed.lease, result: "{}", publishing: nil, at: at(1))
            let completed = try await subject.queue.job(claimed.job.id)
            #expect(try await subject.queue.cancel(claimed.job.id, at: at(2)) == completed)
        },
    ]
}
