public import LodeDomain

/// A worker: claims jobs, keeps their leases, runs their handlers, and stores how it ended.
///
/// ``run()`` is the whole life of it. Time and waiting come from outside.
public struct JobProcessor: Sendable {
    /// Waits that many seconds; throws `CancellationError` as soon as the task is cancelled.
    public typealias Wait = @Sendable (_ seconds: Double) async throws -> Void

    /// How a worker behaves; all times in seconds.
    public struct Configuration: Hashable, Sendable {
        /// Names the worker in the store and in messages.
        public var worker: String
        /// The queues it serves; all where empty.
        public var queues: [String]
        /// How many jobs run at once.
        public var slots: Int
        /// How often an idle worker looks for a job, and a busy one for a cancellation.
        public var pollSeconds: Double
        /// How often an idle worker that can tell looks whether anything has changed.
        public var lookSeconds: Double
        /// How long a claim holds without a heartbeat.
        public var leaseSeconds: Double
        /// How often a lease is renewed at least.
        public var heartbeatSeconds: Double
        /// How often a lease is renewed where there is progress to store.
        public var progressSeconds: Double
        /// How long the end of an attempt is tried to be stored while the store is busy or full.
        public var storePatienceSeconds: Double
        /// How long a handler that ran into a limit may take to stop before its lease is let go.
        public var stopPatienceSeconds: Double
        /// When a failed job runs again.
        public var retryPolicy: RetryPolicy

        /// A configuration; a lease outlives three lost heartbeats by default.
        public init(
            worker: String, queues: [String] = [], slots: Int = 1, pollSeconds: Double, lookSeconds: Double = 0.01,
            leaseSeconds: Double = 20,
            heartbeatSeconds: Double = 5, progressSeconds: Double = 1, storePatienceSeconds: Double = 600,
            stopPatienceSeconds: Double = 60, retryPolicy: RetryPolicy
        ) {
            precondition(slots >= 1, "a worker needs a slot, not \(slots)")
            precondition(pollSeconds > 0, "the poll interval must be positive, not \(pollSeconds)")
            precondition(leaseSeconds > heartbeatSeconds, "a lease must outlive a heartbeat")
            self.worker = worker
            self.queues = queues
            self.slots = slots
            self.pollSeconds = pollSeconds
            self.lookSeconds = lookSeconds
            self.leaseSeconds = leaseSeconds
            self.heartbeatSeconds = heartbeatSeconds
            self.progressSeconds = progressSeconds
            self.storePatienceSeconds = storePatienceSeconds
            self.stopPatienceSeconds = stopPatienceSeconds
            self.retryPolicy = retryPolicy
        }
    }

    let queue: any JobQueue
    let configuration: Configuration
    let now: Now
    let wait: Wait
    let observer: any JobObserver
    private let changeMark: (@Sendable () -> UInt64)?
    let active = ActiveAttempts()
    private let handlers: [String: any JobHandler]

    /// A worker for the kinds of `handlers`, each of which must serve another kind.
    ///
    /// With `changeMark`, a cheap number that changes with every commit to the queue, an idle worker looks for a job within
    /// ``Configuration/lookSeconds`` of a change; without it, every ``Configuration/pollSeconds``.
    public init(
        queue: any JobQueue, handlers: [any JobHandler], configuration: Configuration, now: @escaping Now,
        wait: @escaping Wait, observer: any JobObserver, changeMark: (@Sendable () -> UInt64)? = nil
    ) {
        self.queue = queue
        self.configuration = configuration
        self.now = now
        self.wait = wait
        self.observer = observer
        self.changeMark = changeMark
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
    }

    /// Works until the task is cancelled; then asks the running handlers to stop, gives their jobs back, and returns.
    ///
    /// Throws a ``StoreError`` that waiting does not mend, such as a damaged database.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<configuration.slots {
                group.addTask { try await serve() }
            }
            try await group.waitForAll()
        }
    }

    /// Gives the jobs of all running attempts back without waiting for their handlers; the process should end then.
    ///
    /// What a handler did since its last snapshot is lost, and nothing that it still does counts.
    public func giveBackAtOnce() async {
        for claimed in active.all {
            do {
                try await queue.release(claimed.lease, at: now())
                observer.observe(.released(claimed.job))
            } catch {
                observer.observe(.outcomeNotStored(error, claimed.job))
            }
        }
    }

    private func serve() async throws {
        let kinds = handlers.keys.sorted()
        while !Task.isCancelled {
            // Before the claim: what comes in during it must not be slept over.
            let mark = changeMark?()
            do throws(StoreError) {
                let claimed = try await queue.claim(
                    kinds: kinds, queues: configuration.queues, worker: configuration.worker,
                    leaseSeconds: configuration.leaseSeconds, at: now())
                if let claimed, let handler = handlers[claimed.job.kind] {
                    await attempt(claimed, with: handler)
                    continue
                }
            } catch  where error.mayPass {
                observer.observe(.storeUnavailable(error, nil))
            }
            do {
                try await idle(since: mark)
            } catch is CancellationError {
                return
            }
        }
    }

    /// Waits for the poll interval, or until something has changed since `mark`.
    private func idle(since mark: UInt64?) async throws {
        guard let changeMark, let mark else { return try await wait(configuration.pollSeconds) }
        var waited = 0.0
        while waited < configuration.pollSeconds, changeMark() == mark {
            try await wait(configuration.lookSeconds)
            waited += configuration.lookSeconds
        }
    }

    /// Runs one attempt to its end, which a cancellation of this task hastens but does not cut short.
    private func attempt(_ claimed: ClaimedJob, with handler: any JobHandler) async {
        let context = AttemptContext(queue: queue, lease: claimed.lease, now: now) { [observer] error in
            observer.observe(.storeUnavailable(error, claimed.job))
        }
        active.begin(claimed)
        defer { active.end(claimed) }
        // A task of its own, since a cancelled one could not wait between heartbeats while the handler winds up.
        let work = Task {
            observer.observe(.started(claimed.job))
            let heartbeat = Task { await keepLease(of: claimed, context) }
            let result: Result<JobOutput, JobError>
            do throws(JobError) {
                result = .success(try await handler.run(claimed, in: context))
            } catch {
                result = .failure(error)
            }
            await settle(claimed, result, context)
            heartbeat.cancel()
            await heartbeat.value
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            context.requestStop(.shutdown)
        }
    }
}

extension StoreError {
    /// Whether the same call may succeed later without anybody changing it.
    var mayPass: Bool {
        switch self {
        case .busy, .diskFull: true
        default: false
        }
    }
}
