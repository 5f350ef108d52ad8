import Foundation
import LodeJobs
import LodeWork

extension Session {
    /// A worker for every kind of job.
    func processor(observer: any JobObserver) -> JobProcessor {
        let process = ProcessInfo.processInfo
        return JobProcessor(
            queue: queue, handlers: ModelCode.handlers(store: datasets, now: now),
            configuration: JobProcessor.Configuration(
                worker: "\(process.hostName)-\(process.processIdentifier)", pollSeconds: settings.workerPollSeconds,
                leaseSeconds: settings.workerLeaseSeconds, heartbeatSeconds: settings.workerHeartbeatSeconds,
                retryPolicy: RetryPolicy(seed: UInt64(process.processIdentifier))),
            now: now, wait: { try await Task.sleep(for: .seconds($0)) }, observer: observer)
    }
}
