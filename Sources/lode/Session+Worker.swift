import Foundation
import LodeJobs
import LodeNumerics
import LodeService
import LodeWork

extension Session {
    /// A worker for every kind of job; the attempts of those that ask for it run in processes of their own.
    ///
    /// - Parameter nice: by how much those give way to other processes.
    func processor(observer: any JobObserver, nice: Int) throws -> JobProcessor {
        // A process that has just crashed must not take the worker with it that is about to write to it.
        signal(SIGPIPE, SIG_IGN)
        let process = ProcessInfo.processInfo
        var attemptSettings = settings
        attemptSettings.workerNice = nice
        let text = try JSONText.string(attemptSettings)
        return JobProcessor(
            queue: queue, handlers: handlers.map { isolated($0, settings: text) },
            configuration: JobProcessor.Configuration(
                worker: "\(process.hostName)-\(process.processIdentifier)", pollSeconds: settings.workerPollSeconds,
                leaseSeconds: settings.workerLeaseSeconds, heartbeatSeconds: settings.workerHeartbeatSeconds,
                retryPolicy: RetryPolicy(seed: UInt64(process.processIdentifier))),
            now: now, wait: { try await Task.sleep(for: .seconds($0)) }, observer: observer)
    }

    /// What runs each kind of job, in the process that it is asked in.
    var handlers: [any JobHandler] {
        let threads = settings.workerThreads > 0 ? settings.workerThreads : ProcessInfo.processInfo.activeProcessorCount
        return [
            TrainHandler(
                datasets: datasets, models: models, codeVersion: BuildIdentity.current, memory: memoryBudget,
                instructionSet: .best, threads: threads, secondsBetweenSnapshots: settings.workerSnapshotSeconds,
                now: now),
            EvaluateHandler(datasets: datasets, models: models, instructionSet: .best, threads: threads),
            CalibrateHandler(
                datasets: datasets, models: models, codeVersion: BuildIdentity.current, instructionSet: .best,
                threads: threads),
        ]
    }

    private var memoryLimitBytes: Int? {
        settings.workerMemoryLimit > 0 ? settings.workerMemoryLimit << 20 : nil
    }

    private var memoryBudget: MemoryBudget {
        MemoryBudget(limit: memoryLimitBytes, available: { ProcessMemory.availableBytes() })
    }

    private func isolated(_ handler: any JobHandler, settings: String) -> any JobHandler {
        guard handler.isolation == .childProcess else { return handler }
        return ChildProcessHandler(
            kind: handler.kind, limits: ChildProcessHandler.Limits(memoryBytes: memoryLimitBytes), settings: settings,
            wait: { try await Task.sleep(for: .seconds($0)) },
            launch: {
                var environment = ProcessInfo.processInfo.environment
                // A backtrace takes seconds, and its first line is all that fits into a message.
                environment["SWIFT_BACKTRACE"] = "enable=no"
                return try AttemptProcess(
                    executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
                    arguments: [AttemptCommand.name], environment: environment)
            })
    }
}
