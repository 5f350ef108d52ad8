import ArgumentParser
import LodeJobs
import LodeService

/// A worker inside a command, which ends when the command has what it waits for, or at Ctrl-C.
struct HereWorker {
    private let processor: JobProcessor
    private let notices: Notices

    init(_ session: Session, _ notices: Notices) throws {
        self.notices = notices
        // Somebody waits for it.
        processor = try session.processor(observer: SilentObserver(), nice: 0)
    }

    private enum Ending<Result: Sendable>: Sendable {
        case result(Result)
        case signal
        case workerEnded
    }

    /// Works until `body` returns; at SIGINT or SIGTERM gives the job back with a snapshot and throws exit status 130.
    ///
    /// A second signal gives it back without waiting for the snapshot.
    func run<Result: Sendable>(until body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let signals = await StopSignals()
        let processor = processor
        let hurry = Task {
            await signals.arrival(2)
            if !Task.isCancelled { await processor.giveBackAtOnce() }
            if !Task.isCancelled { Self.exit(withStatus: 130) }
        }
        defer { hurry.cancel() }
        return try await withThrowingTaskGroup(of: Ending<Result>.self) { group in
            group.addTask {
                try await processor.run()
                return .workerEnded
            }
            group.addTask { .result(try await body()) }
            group.addTask {
                await StopSignals().arrival(1)
                return Task.isCancelled ? .workerEnded : .signal
            }
            while let ended = try await group.next() {
                switch ended {
                case .workerEnded: continue
                case .result(let result):
                    group.cancelAll()
                    return result
                case .signal:
                    notices.note("\nStopping: the job is given back with what was trained so far.")
                    group.cancelAll()
                    // What is left to wait for is the worker, which saves a snapshot first.
                    while let rest = await group.nextResult() { _ = rest }
                    throw Terminal.fail("Stopped. Any worker goes on with the job: lode worker", status: 130)
                }
            }
            throw CancellationError()
        }
    }

    private static func exit(withStatus status: Int32) {
        TrainCommand.exit(withError: ExitCode(status))
    }
}

/// The command itself shows the job's progress and end.
private struct SilentObserver: JobObserver {
    func observe(_ event: JobEvent) {}
}
