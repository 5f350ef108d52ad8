import Foundation
import LodeJobs
import LodeNumerics
import LodeService
import LodeStore
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
        attemptSettings.token = ""
        let text = try JSONText.string(attemptSettings)
        return JobProcessor(
            queue: queue, handlers: handlers.map { isolated($0, settings: text) },
            configuration: JobProcessor.Configuration(
                worker: "\(process.hostName)-\(process.processIdentifier)",
                queues: settings.workerQueues.split(separator: ",").map(String.init), slots: settings.workerSlots,
                pollSeconds: settings.workerPollSeconds, leaseSeconds: settings.workerLeaseSeconds,
                heartbeatSeconds: settings.workerHeartbeatSeconds,
                retryPolicy: RetryPolicy(seed: UInt64(process.processIdentifier))),
            now: now, wait: Self.wait, observer: observer, changeMark: { [database] in database.changeMark() })
    }

    /// A file to import, unpacked where it is gzip, as `lode ingest` does: a piece at a time, into the database's folder.
    private func file(_ path: String) throws(JobError) -> Data {
        do {
            return try InputFile.data(path, spoolingIn: settings.databaseFolder)
        } catch {
            let message = error.message + " Mend it, then retry the job."
            switch error {
            // The disk may have room again when the job's turn comes again.
            case .spoolFailed: throw .transient(code: "no-space-to-unpack", message: message)
            default: throw .permanent(code: "file-unreadable", message: message)
            }
        }
    }

    /// What runs each kind of job, in the process that it is asked in.
    var handlers: [any JobHandler] {
        let budget = settings.workerThreads > 0 ? settings.workerThreads : ProcessInfo.processInfo.activeProcessorCount
        let threads = max(1, budget / settings.workerSlots)
        let training = TrainHandler(
            datasets: datasets, models: models, codeVersion: BuildIdentity.current, memory: memoryBudget,
            instructionSet: .best, threads: threads, secondsBetweenSnapshots: settings.workerSnapshotSeconds, now: now)
        return [
            training, TuneHandler(training: training, now: now),
            EvaluateHandler(datasets: datasets, models: models, instructionSet: .best, threads: threads),
            DriftHandler(
                datasets: datasets, models: models, schedules: scheduleStore, instructionSet: .best, threads: threads),
            CalibrateHandler(
                datasets: datasets, models: models, codeVersion: BuildIdentity.current, instructionSet: .best,
                threads: threads),
            ProbeHandler(wait: Self.wait), BackupHandler(database: database),
            PruneHandler(queue: queue, datasets: datasets, models: models, now: now),
            ImportHandler(ingest: ingest) { path throws(JobError) in try file(path) },
        ]
    }

    private static let wait: JobProcessor.Wait = { try await Task.sleep(for: .seconds($0)) }

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
                    executable: OwnExecutable.url,
                    arguments: [AttemptCommand.name], environment: environment)
            })
    }
}
