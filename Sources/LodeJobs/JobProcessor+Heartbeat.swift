import LodeDomain

extension JobProcessor {
    /// Renews the lease and stores progress until the task is cancelled; tells the context when it should stop.
    ///
    /// Gives up a handler that ran into a limit and does not stop: the job is claimed again when the lease ends.
    func keepLease(of claimed: ClaimedJob, _ context: AttemptContext) async {
        let tick = min(configuration.pollSeconds, configuration.progressSeconds, configuration.heartbeatSeconds)
        // Counted in waits, not read from the clock, which may be set while a job runs.
        var sinceRenewal = 0.0
        var sinceLimit = 0.0
        var watch = AttemptWatch(claimed.job)
        while true {
            do {
                try await wait(tick)
            } catch {
                return
            }
            sinceRenewal += tick
            if context.exceededLimit != nil {
                sinceLimit += tick
                if sinceLimit > configuration.stopPatienceSeconds {
                    observer.observe(.hung(claimed.job))
                    return
                }
            } else if let limit = watch.advance(bySeconds: tick, reportCount: context.reportCount) {
                context.requestStop(exceeded: limit)
            }
            let isDue =
                sinceRenewal >= configuration.heartbeatSeconds
                || sinceRenewal >= configuration.progressSeconds && context.hasNews
            if isDue {
                if await renew(claimed, context) { sinceRenewal = 0 }
            } else {
                await lookForCancellation(of: claimed, context)
            }
        }
    }

    /// Renews the lease and stores what was reported; whether the store took it.
    func renew(_ claimed: ClaimedJob, _ context: AttemptContext) async -> Bool {
        let news = context.takeNews()
        do {
            let renewal = try await queue.renew(
                claimed.lease, leaseSeconds: configuration.leaseSeconds, progress: news.progress,
                curve: news.curve, at: now())
            switch renewal {
            case .renewed: break
            case .cancelled: context.requestStop(.cancelled)
            case .lost: context.requestStop(.leaseLost)
            }
            return true
        } catch {
            context.putBack(news)
            observer.observe(.storeUnavailable(error, claimed.job))
            return false
        }
    }

    /// A read, which costs no disk sync: a cancellation shows sooner than the next heartbeat.
    private func lookForCancellation(of claimed: ClaimedJob, _ context: AttemptContext) async {
        do {
            let job = try await queue.job(claimed.job.id)
            if job?.state == .cancelled { context.requestStop(.cancelled) }
            if job?.endsEarly == true { context.requestStop(.endEarly) }
        } catch {
            observer.observe(.storeUnavailable(error, claimed.job))
        }
    }
}
