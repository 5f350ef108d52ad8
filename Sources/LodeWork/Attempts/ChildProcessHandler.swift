internal import Foundation
internal import Glibc
public import LodeDomain
public import LodeJobs

/// Runs the attempts of a kind of job in processes of their own.
///
/// The process computes; everything that is stored goes through the worker, which has the lease and renews it. So a process
/// that crashes, is killed or takes too much memory ends its attempt, with the reason, and nothing else.
public struct ChildProcessHandler: JobHandler {
    /// What a process may take; times in seconds.
    public struct Limits: Hashable, Sendable {
        /// The bytes of memory it may occupy; nil for any.
        public var memoryBytes: Int?
        /// How often its memory is looked at, and whether it is to stop.
        public var pollSeconds: Double
        /// How long it may take to stop before it is killed; one that is to end with what it has takes as long as it needs.
        public var stopSeconds: Double

        /// Limits.
        public init(memoryBytes: Int?, pollSeconds: Double = 0.1, stopSeconds: Double = 20) {
            self.memoryBytes = memoryBytes
            self.pollSeconds = pollSeconds
            self.stopSeconds = stopSeconds
        }
    }

    /// The kind it serves.
    public let kind: String
    /// The handler itself does little.
    public let isolation = JobIsolation.worker

    private let limits: Limits
    private let settings: String
    private let wait: JobProcessor.Wait
    private let launch: @Sendable () throws -> AttemptProcess

    /// A handler whose processes `launch` makes and that are told `settings`.
    public init(
        kind: String, limits: Limits, settings: String, wait: @escaping JobProcessor.Wait,
        launch: @escaping @Sendable () throws -> AttemptProcess
    ) {
        self.kind = kind
        self.limits = limits
        self.settings = settings
        self.wait = wait
        self.launch = launch
    }

    /// Runs one attempt in a new process.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let process: AttemptProcess
        let events: AsyncStream<AttemptProcess.Event>
        let tick: @Sendable () -> Void
        do {
            process = try launch()
            (events, tick) = try process.start()
        } catch {
            throw .transient(
                code: "attempt-not-begun", message: "The process of the attempt could not be started: \(error).")
        }
        let ticking = Task { [wait, limits] in
            while !Task.isCancelled {
                do {
                    try await wait(limits.pollSeconds)
                } catch {
                    return
                }
                tick()
            }
        }
        defer { ticking.cancel() }
        var order = AttemptOrder(claimed: claimed, settings: settings)
        order.claimed.snapshot = nil
        if let snapshot = claimed.snapshot { process.send(.earlierSnapshot(snapshot)) }
        process.send(.order(order))
        return try conclude(await follow(process, events, context), process)
    }

    /// What was heard of an attempt until its process ended.
    private struct Account {
        var weights: [UInt8]?
        var result: Result<JobOutput, JobError>?
        var stop: StopRequest?
        var secondsSinceStop = 0.0
        /// Whether it said what nobody understands, for which it was ended.
        var isUnintelligible = false
        /// The memory that it took when that was too much.
        var excess: Int?
        var ending = AttemptProcess.Ending.exited(0)
    }

    private func follow(
        _ process: AttemptProcess, _ events: AsyncStream<AttemptProcess.Event>, _ context: any JobContext
    ) async -> Account {
        var account = Account()
        for await event in events {
            switch event {
            case .frame(let frame): await take(frame, &account, process, context)
            case .malformed:
                account.isUnintelligible = true
                process.kill()
            case .cutShort: process.kill()
            case .tick: look(after: process, &account, context)
            case .ended(let ending): account.ending = ending
            }
        }
        return account
    }

    private func take(
        _ frame: AttemptFrame, _ account: inout Account, _ process: AttemptProcess, _ context: any JobContext
    ) async {
        switch frame {
        case .report(let progress, let curve): context.report(progress, curve: curve)
        case .snapshot(let bytes):
            do {
                try await context.saveSnapshot(bytes)
                process.send(.snapshotSettled(nil))
            } catch {
                look(after: process, &account, context)
                process.send(.snapshotSettled(error))
            }
        case .weights(let bytes): account.weights = bytes
        case .output(var output):
            output.draft?.weights = account.weights ?? []
            account.result = .success(output)
        case .failure(let error): account.result = .failure(error)
        case .earlierSnapshot, .order, .stop, .snapshotSettled:
            account.isUnintelligible = true
            process.kill()
        }
    }

    private func look(after process: AttemptProcess, _ account: inout Account, _ context: any JobContext) {
        if let request = context.stopRequest {
            if request != account.stop {
                account.stop = request
                account.secondsSinceStop = 0
                process.send(.stop(request))
            }
            account.secondsSinceStop += limits.pollSeconds
            // Measuring and saving what there is may take long; the job's own timeout still holds.
            if request != .endEarly, account.secondsSinceStop > limits.stopSeconds { process.kill() }
        }
        if let limit = limits.memoryBytes, account.excess == nil {
            let resident = process.residentBytes
            if resident > limit {
                account.excess = resident
                process.kill()
            }
        }
    }

    private func conclude(_ account: Account, _ process: AttemptProcess) throws(JobError) -> JobOutput {
        if let result = account.result { return try result.get() }
        if let excess = account.excess, let limit = limits.memoryBytes {
            throw .permanent(
                code: "memory-limit-exceeded",
                message: "The attempt took \(Self.mebibytes(excess)) and exceeded the memory limit of "
                    + "\(Self.mebibytes(limit)). Train on fewer or shorter series, with a smaller hiddenDimension or fewer "
                    + "threads, or raise worker.memoryLimit.")
        }
        // One that was to end with what it has did not; another attempt may.
        if let stop = account.stop, stop != .endEarly { throw .stopped }
        let words = process.words.isEmpty ? "" : " Its last words: \(process.words)"
        switch account.ending {
        case .killed(let signal) where signal == SIGKILL && account.isUnintelligible:
            throw .transient(
                code: "attempt-unintelligible",
                message:
                    "The process of the attempt said what the worker does not understand, and was ended. Something else "
                    + "writes to its output, or it is of another build: start the worker again.\(words)")
        case .killed(let signal) where signal == SIGKILL:
            throw .transient(
                code: "attempt-killed",
                message:
                    "The process of the attempt was killed (SIGKILL): by the kernel because memory ran out, or by a "
                    + "person. If it was memory, set worker.memoryLimit, or train with fewer threads.\(words)")
        case .killed where process.words.contains("failed to allocate"):
            throw .transient(
                code: "memory-exhausted",
                message:
                    "The process of the attempt asked for memory that the system did not give: the machine's, or a limit "
                    + "of it (ulimit -v, a container), is used up. Free some, or raise the limit; or train on fewer or "
                    + "shorter series, with a smaller hiddenDimension or fewer threads.\(words)")
        case .killed(let signal):
            throw .transient(
                code: "attempt-crashed",
                message:
                    "The process of the attempt crashed with \(Self.name(of: signal)). This is a fault of Lode; the "
                    + "worker goes on.\(words)")
        case .exited(let status):
            throw .transient(
                code: "attempt-ended-early",
                message: "The process of the attempt ended with status \(status) and no result.\(words)")
        }
    }

    static func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 19)) >> 20) MiB" }

    private static func name(of signal: Int32) -> String {
        let names = [
            SIGILL: "SIGILL (a trap)", SIGTRAP: "SIGTRAP (a trap)", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS",
            SIGFPE: "SIGFPE", SIGSEGV: "SIGSEGV", SIGSYS: "SIGSYS", SIGXCPU: "SIGXCPU",
        ]
        return names[signal] ?? "signal \(signal)"
    }
}
