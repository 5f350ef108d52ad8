import LodeDomain
import LodeJobs
import LodeService
import Logging

/// Writes what a worker does to the log.
struct JobLog: JobObserver {
    let logger: Logger

    func observe(_ event: JobEvent) {
        switch event {
        case .started(let job):
            logger.info(
                "job started", metadata: ["job": "\(job.id)", "kind": "\(job.kind)", "attempt": "\(job.attempt)"])
        case .completed(let job, let version):
            var metadata: Logger.Metadata = ["job": "\(job.id)"]
            if let version { metadata["modelVersion"] = "\(version.number)" }
            logger.info("job completed", metadata: metadata)
        case .failed(let job, let code, let message, let retryAt):
            logger.error(
                "job attempt failed",
                metadata: [
                    "job": "\(job.id)", "code": "\(code)", "message": "\(message)",
                    "willRetry": "\(retryAt != nil)",
                ])
        case .released(let job): logger.info("job given back", metadata: ["job": "\(job.id)"])
        case .snoozed(let job, _): logger.info("job put off by its handler", metadata: ["job": "\(job.id)"])
        case .hung(let job):
            logger.error("job does not stop; it is left to another worker", metadata: ["job": "\(job.id)"])
        case .cancelled(let job): logger.info("job cancelled", metadata: ["job": "\(job.id)"])
        case .leaseLost(let job): logger.warning("job lost to another worker", metadata: ["job": "\(job.id)"])
        case .storeUnavailable(let error, let job):
            logger.warning(
                "store unavailable", metadata: ["error": "\(error.message)", "job": "\(job.map { "\($0.id)" } ?? "-")"])
        case .outcomeNotStored(let error, let job):
            logger.error("outcome not stored", metadata: ["error": "\(error.message)", "job": "\(job.id)"])
        }
    }
}
