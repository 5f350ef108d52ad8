import LodeDomain
import LodeJobs
import LodeTestSupport
import Testing

/// A worker on an in-memory queue, with a clock that the test moves.
private struct Worker {
    let queue = InMemoryJobQueue()
    let clock = QueueClock()
    let log = QueueEventLog()
    let policy = RetryPolicy(jitter: 0, seed: 1)

    func enqueue(maxAttempts: Int = 5) async throws -> Job {
        try await queue.enqueue(
            JobRequest(kind: "train", arguments: "{}", maxAttempts: maxAttempts), at: clock.now)
    }

    /// A worker of one slot whose handlers are `run`.
    func processor(
        changeMark: (@Sendable () -> UInt64)? = nil, _ run: @escaping ClosureHandler.Run
    ) -> JobProcessor {
        JobProcessor(
            queue: queue, handlers: [ClosureHandler(kind: "train", body: run)],
            configuration: .init(worker: "w1", pollSeconds: 2, lookSeconds: 0.5, retryPolicy: policy),
            now: { [clock] in clock.now }, wait: { [clock] in try await clock.wait($0) }, observer: log,
            changeMark: changeMark)
    }

    /// Starts to work; the poll interval is longer than the progress interval, so that ticks are 1 s.
    func start(
        on other: (any JobQueue)? = nil, slots: Int = 1, _ run: @escaping ClosureHandler.Run
    ) -> Task<Void, any Error> {
        let processor = JobProcessor(
            queue: other ?? queue, handlers: [ClosureHandler(kind: "train", body: run)],
            configuration: .init(worker: "w1", slots: slots, pollSeconds: 2, retryPolicy: policy),
            now: { [clock] in clock.now }, wait: { [clock] in try await clock.wait($0) }, observer: log)
        return Task { try await processor.run() }
    }
}

// Minutes, for the threads that these tests need are busy with numerics meanwhile.
@Suite(.timeLimit(.minutes(10))) struct JobProcessorTests {
    private let worker = Worker()

    @Test func `a job that succeeds is completed and its model published`() async throws {
        let job = try await worker.enqueue()
        let draft = ModelVersionDraft(
            dataset: Identifier(rawValue: 1), watermark: DataWatermark(revision: 3), metadata: "{}", weights: [1])
        let work = worker.start { _, _ in JobOutput(result: #"{"epochs":3}"#, draft: draft) }
        let events = await worker.log.first(2)
        work.cancel()
        try await work.value

        let version = try #require(try await worker.queue.latestVersion(of: draft.dataset))
        #expect(version.job == job.id)
        let started = try #require(events.first?.startedJob)
        #expect(started.id == job.id)
        #expect(events == [.started(started), .completed(started, published: version)])
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .completed)
        #expect(stored.result == #"{"epochs":3}"#)
    }

    @Test(arguments: [true, false])
    func `a job that is asked to end early ends with what it has, or as cancelled`(_ hasSomething: Bool) async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start { _, context throws(JobError) in
            await gate.wait()
            guard context.stopRequest == .endEarly, hasSomething else { throw .stopped }
            return JobOutput(result: #"{"epochs":3}"#)
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        _ = try await worker.queue.endEarlyIfUnfinished(job.id, at: worker.clock.now)
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        gate.open()
        _ = await worker.log.first(2)
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .cancelled)
        #expect(stored.result == (hasSomething ? #"{"epochs":3}"# : nil))
        work.cancel()
        try await work.value
    }

    @Test func `a worker that lost its lease does not cancel another's attempt for want of a result`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start { _, _ throws(JobError) in
            await gate.wait()
            throw .stopped
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        _ = try await worker.queue.endEarlyIfUnfinished(job.id, at: worker.clock.now)
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        let rival = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: worker.clock.now.advanced(bySeconds: 30))
        #expect(rival?.job.id == job.id)
        gate.open()
        guard case .leaseLost = await worker.log.first(2)[1] else {
            Issue.record("not a lost lease")
            return
        }
        #expect(try await worker.queue.job(job.id)?.state == .running)
        work.cancel()
        try await work.value
    }

    @Test func `a job given back at once is available while its handler still runs, and what that returns is void`()
        async throws
    {
        let job = try await worker.enqueue()
        let gate = Gate()
        let processor = worker.processor { _, _ in
            await gate.wait()
            return JobOutput(result: #"{"late":true}"#)
        }
        let work = Task { try await processor.run() }
        await gate.reached()
        await processor.giveBackAtOnce()
        let released = try #require(try await worker.queue.job(job.id))
        #expect(released.state == .available && released.attempt == 0)
        work.cancel()
        gate.open()
        try await work.value
        #expect(try await worker.queue.job(job.id)?.result == nil)
    }

    @Test func `an idle worker that is told of changes looks at the next of them, before its poll interval is over`()
        async throws
    {
        let mark = Gauge()
        let processor = worker.processor(changeMark: { mark.value }) { _, _ in JobOutput(result: "{}") }
        let work = Task { try await processor.run() }
        await worker.clock.sleepers(1)
        let job = try await worker.enqueue()
        mark.value += 1
        worker.clock.advance(bySeconds: 0.5)
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test func `an idle worker looks again after the poll interval`() async throws {
        let work = worker.start { _, _ in JobOutput(result: "{}") }
        await worker.clock.sleepers(1)
        let job = try await worker.enqueue()
        worker.clock.advance(bySeconds: 2)
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test func `progress and curve reach the queue while the job runs`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let progress = JobProgress(fraction: 0.5, message: "half")
        let point = CurvePoint(epoch: 1, metrics: ["validationLoss": 2])
        let work = worker.start { _, context in
            context.report(progress, curve: [point])
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        #expect(try await worker.queue.job(job.id)?.progress == progress)
        #expect(try await worker.queue.curve(of: job.id, after: 0) == [point])
        gate.open()
        _ = await worker.log.first(2)
        work.cancel()
        try await work.value
    }

    @Test func `heartbeats keep a silent job from being claimed again`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start { _, _ in
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached()
        for _ in 0..<100 {
            await worker.clock.sleepers(1)
            worker.clock.advance(bySeconds: 1)
        }
        await worker.clock.sleepers(1)
        let rival = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: worker.clock.now)
        #expect(rival == nil)
        gate.open()
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test func `what is reported last reaches the queue before completion`() async throws {
        let job = try await worker.enqueue()
        let progress = JobProgress(fraction: 1, message: "done")
        let work = worker.start { _, context in
            context.report(progress, curve: [CurvePoint(epoch: 1, metrics: [:])])
            context.report(progress, curve: [CurvePoint(epoch: 2, metrics: [:])])
            return JobOutput(result: "{}")
        }
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.progress == progress)
        #expect(try await worker.queue.curve(of: job.id, after: 0).map(\.epoch) == [1, 2])
        work.cancel()
        try await work.value
    }

    @Test func `a transient failure is retried by the policy`() async throws {
        let job = try await worker.enqueue(maxAttempts: 2)
        let work = worker.start { _, _ throws(JobError) in throw .transient(code: "no-memory", message: "m") }
        let started = worker.clock.now
        let first = await worker.log.first(2)[1]
        guard case .failed(_, code: "no-memory", message: "m", retryAt: let retryAt?) = first else {
            Issue.record("not a failure: \(first)")
            return
        }
        #expect(retryAt.seconds(since: started) == 5)
        #expect(try await worker.queue.job(job.id)?.state == .retryable)

        await worker.clock.sleepers(1)
        worker.clock.advance(bySeconds: 5)
        let second = await worker.log.first(4)[3]
        guard case .failed(_, code: _, message: _, retryAt: nil) = second else {
            Issue.record("not the last failure: \(second)")
            return
        }
        #expect(try await worker.queue.job(job.id)?.state == .discarded)
        work.cancel()
        try await work.value
    }

    @Test func `a permanent failure discards the job`() async throws {
        let job = try await worker.enqueue()
        let work = worker.start { _, _ throws(JobError) in throw .permanent(code: "no-such-dataset", message: "m") }
        _ = await worker.log.first(2)
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .discarded)
        #expect(stored.failures.map(\.code) == ["no-such-dataset"])
        work.cancel()
        try await work.value
    }

    @Test func `a shutdown asks the handler to stop and gives the job back`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start { _, context throws(JobError) in
            await gate.wait()
            try await context.saveSnapshot([1, 2])
            #expect(context.stopRequest == .shutdown)
            throw .stopped
        }
        await gate.reached()
        work.cancel()
        gate.open()
        try await work.value

        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .available)
        #expect(stored.attempt == 0)
        let claimed = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: worker.clock.now)
        #expect(claimed?.snapshot == [1, 2])
    }

    @Test func `a cancelled job is stopped between heartbeats`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start { _, context throws(JobError) in
            await gate.wait()
            #expect(context.stopRequest == .cancelled)
            throw .stopped
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        _ = try await worker.queue.cancel(job.id, at: worker.clock.now)
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        gate.open()
        let events = await worker.log.first(2)
        guard case .cancelled = events[1] else {
            Issue.record("not a cancellation: \(events[1])")
            return
        }
        work.cancel()
        try await work.value
    }

    @Test func `a worker that lost its lease publishes nothing`() async throws {
        let job = try await worker.enqueue()
        let gate = Gate()
        let draft = ModelVersionDraft(
            dataset: Identifier(rawValue: 1), watermark: DataWatermark(revision: 3), metadata: "{}", weights: [1])
        let work = worker.start { _, _ in
            await gate.wait()
            return JobOutput(result: "{}", draft: draft)
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        // Another machine's clock is ahead.
        let rival = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: worker.clock.now.advanced(bySeconds: 21))
        #expect(rival?.job.id == job.id)
        gate.open()
        let events = await worker.log.first(2)
        guard case .leaseLost = events[1] else {
            Issue.record("not a lost lease: \(events[1])")
            return
        }
        #expect(try await worker.queue.versions(of: draft.dataset).isEmpty)
        #expect(try await worker.queue.job(job.id)?.state == .running)
        work.cancel()
        try await work.value
    }

    @Test func `an attempt goes on without a snapshot that a full disk refuses`() async throws {
        let job = try await worker.enqueue()
        let full = BusyQueue(base: worker.queue, refusals: 0)
        let work = worker.start(on: full) { _, context throws(JobError) in
            try await context.saveSnapshot([])
            return JobOutput(result: "{}")
        }
        let events = await worker.log.first(3)
        #expect(events[1] == .storeUnavailable(.diskFull, events.first?.startedJob))
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test func `a result is stored when the store is free again`() async throws {
        let job = try await worker.enqueue()
        let busy = BusyQueue(base: worker.queue, refusals: 2)
        let work = worker.start(on: busy) { _, _ in JobOutput(result: "{}") }
        for count in 2...3 {
            _ = await worker.log.first(count)
            // The heartbeat waits, and so does the result.
            await worker.clock.sleepers(2)
            worker.clock.advance(bySeconds: 2)
        }
        let events = await worker.log.first(4)
        #expect(events[1] == .storeUnavailable(.busy, events.first?.startedJob))
        #expect(events[2] == .storeUnavailable(.busy, events.first?.startedJob))
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test(arguments: [
        (StoreError.datasetNotFound(Identifier(rawValue: 1)), "dataset-deleted", JobState.discarded),
        (.modelVersionNotFound(Identifier(rawValue: 1)), "model-version-deleted", .discarded),
        (.engine(code: 19, detail: "constraint failed"), "result-refused", .retryable),
    ])
    func `a result that cannot be stored fails the attempt, for good where what it is about is gone`(
        error: StoreError, code: String, state: JobState
    ) async throws {
        let job = try await worker.enqueue()
        let queue = BusyQueue(base: worker.queue, refusals: 1, error: error)
        let work = worker.start(on: queue) { _, _ in JobOutput(result: "{}") }
        _ = await worker.log.first(2)
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.failures.map(\.code) == [code])
        #expect(stored.state == state && stored.result == nil)
        work.cancel()
        try await work.value
    }

    @Test func `what is reported while the store is busy reaches it at the next tick, behind nothing that is newer`()
        async throws
    {
        let job = try await worker.enqueue()
        let gate = Gate()
        let shared = SharedContext()
        let busy = BusyQueue(base: worker.queue, refusals: 0, refusedRenewals: 1)
        let points = (1...2).map { CurvePoint(epoch: $0, metrics: ["validationLoss": 2]) }
        let work = worker.start(on: busy) { _, context in
            context.report(JobProgress(fraction: 0.5, message: "half"), curve: [points[0]])
            shared.set(context)
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached()
        await worker.clock.sleepers(1)
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        let events = await worker.log.first(2)
        #expect(events[1] == .storeUnavailable(.busy, events.first?.startedJob))
        #expect(try await worker.queue.job(job.id)?.progress == nil)
        shared.report(JobProgress(fraction: 0.6, message: "more"), curve: [points[1]])
        worker.clock.advance(bySeconds: 1)
        await worker.clock.sleepers(1)
        #expect(try await worker.queue.job(job.id)?.progress?.message == "more")
        #expect(try await worker.queue.curve(of: job.id, after: 0) == points)
        gate.open()
        _ = await worker.log.first(3)
        work.cancel()
        try await work.value
    }

    @Test func `a result that a damaged store refuses is told, and the lease leaves the job to others`() async throws {
        let job = try await worker.enqueue()
        let damaged = BusyQueue(base: worker.queue, refusals: 1, error: .corrupt(detail: "a page"))
        let work = worker.start(on: damaged) { _, _ in JobOutput(result: "{}") }
        let events = await worker.log.first(2)
        let started = try #require(events.first?.startedJob)
        #expect(events[1] == .outcomeNotStored(.corrupt(detail: "a page"), started))
        #expect(try await worker.queue.job(job.id)?.state == .running)
        work.cancel()
        try await work.value
    }

    @Test func `an attempt whose snapshot a damaged store refuses is tried again`() async throws {
        let job = try await worker.enqueue()
        let damaged = BusyQueue(base: worker.queue, refusals: 0)
        let work = worker.start(on: damaged) { _, context throws(JobError) in
            try await context.saveSnapshot([1])
            return JobOutput(result: "{}")
        }
        _ = await worker.log.first(2)
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.failures.map(\.code) == ["snapshot-not-stored"] && stored.state == .retryable)
        work.cancel()
        try await work.value
    }

    @Test func `a handler that stops without being asked has failed`() async throws {
        let job = try await worker.enqueue()
        let work = worker.start { _, _ throws(JobError) in throw .stopped }
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.failures.map(\.code) == ["stopped-unasked"])
        work.cancel()
        try await work.value
    }

    @Test(arguments: ["timed-out", "stalled"])
    func `an attempt that takes too long is stopped and retried from its snapshot`(code: String) async throws {
        let request = JobRequest(
            kind: "train", arguments: "{}", timeoutSeconds: code == "timed-out" ? 3 : nil,
            stallSeconds: code == "stalled" ? 3 : nil)
        let job = try await worker.queue.enqueue(request, at: worker.clock.now)
        let gate = Gate()
        let work = worker.start { _, context throws(JobError) in
            await gate.wait()
            #expect(context.stopRequest == .shutdown)
            try await context.saveSnapshot([1])
            throw .stopped
        }
        await gate.reached()
        for _ in 0..<4 {
            await worker.clock.sleepers(1)
            worker.clock.advance(bySeconds: 1)
        }
        await worker.clock.sleepers(1)
        gate.open()
        _ = await worker.log.first(2)
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .retryable)
        #expect(stored.failures.map(\.code) == [code])
        work.cancel()
        try await work.value
        let claimed = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: stored.availableAt)
        #expect(claimed?.snapshot == [1])
    }

    @Test func `progress keeps an attempt from counting as stalled`() async throws {
        let job = try await worker.queue.enqueue(
            JobRequest(kind: "train", arguments: "{}", stallSeconds: 3), at: worker.clock.now)
        let gate = Gate()
        let shared = SharedContext()
        let work = worker.start { _, context in
            shared.set(context)
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached()
        for step in 0..<20 {
            await worker.clock.sleepers(1)
            if step % 2 == 0 { shared.report(JobProgress(fraction: 0, message: "")) }
            worker.clock.advance(bySeconds: 1)
        }
        await worker.clock.sleepers(1)
        #expect(shared.stopRequest == nil)
        gate.open()
        _ = await worker.log.first(2)
        #expect(try await worker.queue.job(job.id)?.state == .completed)
        work.cancel()
        try await work.value
    }

    @Test func `a handler that does not stop loses its job to another worker`() async throws {
        let job = try await worker.queue.enqueue(
            JobRequest(kind: "train", arguments: "{}", timeoutSeconds: 3), at: worker.clock.now)
        let gate = Gate()
        let work = worker.start { _, _ in
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached()
        // 3 s of timeout, 60 s of patience, and a second each to be past them.
        for _ in 0..<65 {
            await worker.clock.sleepers(1)
            worker.clock.advance(bySeconds: 1)
        }
        let events = await worker.log.first(2)
        #expect(events[1] == events[0].startedJob.map { .hung($0) })
        worker.clock.advance(bySeconds: 21)
        let rescued = try await worker.queue.claim(
            kinds: ["train"], worker: "w2", leaseSeconds: 20, at: worker.clock.now)
        #expect(rescued?.job.id == job.id)
        gate.open()
        let late = await worker.log.first(3)[2]
        #expect(late == events[0].startedJob.map { .leaseLost($0) })
        work.cancel()
        try await work.value
    }

    @Test func `a snoozed job is given back until its time`() async throws {
        let job = try await worker.enqueue(maxAttempts: 1)
        let work = worker.start { _, _ throws(JobError) in throw .snoozed(seconds: 60) }
        let events = await worker.log.first(2)
        let until = worker.clock.now.advanced(bySeconds: 60)
        #expect(events[1] == events[0].startedJob.map { .snoozed($0, until: until) })
        let stored = try #require(try await worker.queue.job(job.id))
        #expect(stored.state == .scheduled)
        #expect(stored.availableAt == until)
        #expect(stored.failures.isEmpty)
        work.cancel()
        try await work.value
    }

    @Test func `as many jobs run at once as there are slots`() async throws {
        _ = try await worker.enqueue()
        _ = try await worker.enqueue()
        let gate = Gate()
        let work = worker.start(slots: 2) { _, _ in
            await gate.wait()
            return JobOutput(result: "{}")
        }
        await gate.reached(by: 2)
        gate.open()
        _ = await worker.log.first(4)
        #expect(try await worker.queue.jobs(in: [.completed], limit: 10).count == 2)
        work.cancel()
        try await work.value
    }
}
