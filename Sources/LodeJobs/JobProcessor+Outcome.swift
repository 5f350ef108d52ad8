import LodeDomain

extension JobProcessor {
    /// Stores how an attempt ended and tells the observer.
    func settle(
        _ claimed: ClaimedJob, _ result: Result<JobOutput, JobError>, _ context: AttemptContext
    ) async {
        if context.hasNews { _ = await renew(claimed, context) }
        let job = claimed.job
        do {
            observer.observe(try await store(result, of: claimed, context))
        } catch .leaseLost {
            observer.observe(await wasCancelled(claimed) ? .cancelled(job) : .leaseLost(job))
        } catch {
            observer.observe(.outcomeNotStored(error, job))
        }
    }

    private func store(
        _ result: Result<JobOutput, JobError>, of claimed: ClaimedJob, _ context: AttemptContext
    ) async throws(StoreError) -> JobEvent {
        switch result {
        case .success(let output):
            return try await complete(claimed, output)
        case .failure(.stopped):
            guard let reason = context.stopRequest else {
                return try await fail(
                    claimed, code: "stopped-unasked", message: "The handler stopped without a request.",
                    isTransient: true)
            }
            if reason == .shutdown, let limit = context.exceededLimit {
                return try await fail(claimed, code: limit.code, message: limit.message, isTransient: true)
            }
            return try await giveUp(claimed, because: reason)
        case .failure(.snoozed(let seconds)):
            let until = now().advanced(bySeconds: seconds)
            try await persist(claimed.job) { now throws(StoreError) in
                try await queue.snooze(claimed.lease, until: until, at: now)
            }
            return .snoozed(claimed.job, until: until)
        case .failure(.transient(let code, let message)):
            return try await fail(claimed, code: code, message: message, isTransient: true)
        case .failure(.permanent(let code, let message)):
            return try await fail(claimed, code: code, message: message, isTransient: false)
        }
    }

    private func complete(
        _ claimed: ClaimedJob, _ output: JobOutput
    ) async throws(StoreError) -> JobEvent {
        do {
            let version: ModelVersion? = try await persist(claimed.job) { now throws(StoreError) in
                if let next = output.next {
                    _ = try await queue.complete(claimed.lease, result: output.result, enqueuing: next, at: now)
                    return nil
                }
                guard let evaluation = output.evaluation else {
                    return try await queue.complete(
                        claimed.lease, result: output.result, publishing: output.draft, at: now)
                }
                try await queue.complete(claimed.lease, result: output.result, recording: evaluation, at: now)
                return nil
            }
            return .completed(claimed.job, published: version)
        } catch .datasetNotFound {
            return try await fail(
                claimed, code: "dataset-deleted", message: "The dataset was deleted while the job ran.",
                isTransient: false)
        } catch .modelVersionNotFound {
            return try await fail(
                claimed, code: "model-version-deleted", message: "The model version was deleted while the job ran.",
                isTransient: false)
        } catch .engine(let code, let detail) {
            return try await fail(
                claimed, code: "result-refused",
                message: "The store refused the result: \(detail) (\(code)).", isTransient: true)
        }
    }

    private func giveUp(
        _ claimed: ClaimedJob, because reason: StopRequest
    ) async throws(StoreError) -> JobEvent {
        switch reason {
        case .cancelled: return .cancelled(claimed.job)
        case .endEarly:
            // A cancellation asks for no lease: one that was lost must not end another worker's attempt.
            let renewal = try await persist(claimed.job) { now throws(StoreError) in
                try await queue.renew(
                    claimed.lease, leaseSeconds: configuration.leaseSeconds, progress: nil, curve: [], at: now)
            }
            switch renewal {
            case .renewed: break
            case .cancelled: return .cancelled(claimed.job)
            case .lost: throw .leaseLost(job: claimed.job.id)
            }
            _ = try await persist(claimed.job) { now throws(StoreError) in
                try await queue.cancel(claimed.job.id, at: now)
            }
            return .cancelled(claimed.job)
        case .leaseLost: throw .leaseLost(job: claimed.job.id)
        case .shutdown:
            try await persist(claimed.job) { now throws(StoreError) in
                try await queue.release(claimed.lease, at: now)
            }
            return .released(claimed.job)
        }
    }

    private func fail(
        _ claimed: ClaimedJob, code: String, message: String, isTransient: Bool
    ) async throws(StoreError) -> JobEvent {
        let job = claimed.job
        let delay: Double? =
            isTransient && job.attempt < job.maxAttempts
            ? configuration.retryPolicy.delay(afterAttempt: job.attempt, of: job.id) : nil
        let retryAt = delay.map { now().advanced(bySeconds: $0) }
        try await persist(job) { now throws(StoreError) in
            try await queue.fail(claimed.lease, code: code, message: message, retryAt: retryAt, at: now)
        }
        return .failed(job, code: code, message: message, retryAt: retryAt)
    }

    /// Repeats a write that a busy or full store refused: hours of work may hang on it.
    private func persist<Value>(
        _ job: Job, _ write: (Timestamp) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        var waited = 0.0
        while true {
            do {
                return try await write(now())
            } catch  where error.mayPass && waited < configuration.storePatienceSeconds {
                observer.observe(.storeUnavailable(error, job))
                do {
                    try await wait(configuration.pollSeconds)
                } catch {
                    throw .busy
                }
                waited += configuration.pollSeconds
            }
        }
    }

    private func wasCancelled(_ claimed: ClaimedJob) async -> Bool {
        do {
            return try await queue.job(claimed.job.id)?.state == .cancelled
        } catch {
            return false
        }
    }
}
