import Foundation
import LodeJobs
import LodeNumerics
import LodeWork

extension Session {
    /// A worker for every kind of job.
    func processor(observer: any JobObserver) -> JobProcessor {
        let process = ProcessInfo.processInfo
        let threads = settings.workerThreads > 0 ? settings.workerThreads : process.activeProcessorCount
        let train = TrainHandler(
            datasets: datasets, instructionSet: .best, threads: threads,
            secondsBetweenSnapshots: settings.workerSnapshotSeconds, now: now)
        return JobProcessor(
            queue: queue, handlers: [train],
            configuration: JobProcessor.Configuration(
                worker: "\(process.hostName)-\(process.processIdentifier)", pollSeconds: settings.workerPollSeconds,
                leaseSeconds: settings.workerLeaseSeconds, heartbeatSeconds: settings.workerHeartbeatSeconds,
                retryPolicy: RetryPolicy(seed: UInt64(process.processIdentifier))),
            now: now, wait: { try await Task.sleep(for: .seconds($0)) }, observer: observer)
    }
}
