import LodeJobs
import LodeService

/// A worker inside a command, which ends when the command has what it waits for.
struct HereWorker {
    private let processor: JobProcessor

    init(_ session: Session) throws {
        // Somebody waits for it.
        processor = try session.processor(observer: SilentObserver(), nice: 0)
    }

    /// Works until `body` returns.
    func run<Result: Sendable>(until body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await processor.run()
                return nil
            }
            group.addTask { try await body() }
            while let ended = try await group.next() {
                guard let result = ended else { continue }
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }
}

/// The command itself shows the job's progress and end.
private struct SilentObserver: JobObserver {
    func observe(_ event: JobEvent) {}
}
