public import LodeDomain

/// Is told what a ``JobProcessor`` does, for logs and metrics; the processor itself says nothing to anybody.
public protocol JobObserver: Sendable {
    /// Called in the order of events of one job, from any thread; should return soon.
    func observe(_ event: JobEvent)
}

/// What happened in a worker.
public enum JobEvent: Hashable, Sendable {
    /// An attempt begins.
    case started(Job)
    /// The attempt's effects are in the store.
    case completed(Job, published: ModelVersion?)
    /// The attempt failed; the next one may begin at `retryAt`, or none where that is nil.
    case failed(Job, code: String, message: String, retryAt: Timestamp?)
    /// The job was given back because the worker shuts down.
    case released(Job)
    /// The job was given back until a later moment, as its handler asked.
    case snoozed(Job, until: Timestamp)
    /// The attempt stopped because somebody cancelled the job.
    case cancelled(Job)
    /// The attempt's lease went to somebody else; what it did is void.
    case leaseLost(Job)
    /// The handler was asked to stop and does not; its lease is no longer renewed, its slot still taken.
    case hung(Job)
    /// The store refused a call, of the worker's for that job if there is one. It will be tried again.
    case storeUnavailable(StoreError, Job?)
    /// The end of an attempt could not be stored; the job will be claimed again when its lease ends.
    case outcomeNotStored(StoreError, Job)
}
