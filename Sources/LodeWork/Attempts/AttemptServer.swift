internal import Foundation
internal import Glibc
internal import LodeDomain
public import LodeJobs
internal import Synchronization

/// The inside of an attempt's process: runs the handler that its worker asks for, and tells the worker what comes of it.
///
/// Everything about the job is written by the worker, which has the lease: the process itself reads the database, and of all
/// kinds only `import` writes to it, observations, in transactions that may be repeated. It ends by itself when the worker
/// does, however suddenly, because its standard input closes then.
public struct AttemptServer: Sendable {
    private let input: Int32
    private let channel: AttemptChannel

    /// Talks over two open descriptors, which nothing else may use.
    public init(input: Int32, output: Int32) {
        self.input = input
        channel = AttemptChannel(output: output)
    }

    /// Reads the order, runs its job by a handler of `handlers`, and reports the outcome.
    ///
    /// `onEnd` is called, on another thread, when the worker has gone; it should end the process at once.
    public func run(
        handlers: (AttemptOrder) throws -> [any JobHandler], onEnd: @escaping @Sendable () -> Void
    ) async throws {
        let order = try receiveOrder()
        let thread = Thread { [self] in listen(onEnd) }
        thread.name = "lode-attempt"
        thread.start()
        let result: Result<JobOutput, JobError>
        do {
            let all = try handlers(order)
            guard let handler = all.first(where: { $0.kind == order.claimed.job.kind }) else {
                throw JobError.permanent(
                    code: "kind-unknown", message: "This build has no handler for kind “\(order.claimed.job.kind)”.")
            }
            result = .success(try await handler.run(order.claimed, in: channel))
        } catch let error as JobError {
            result = .failure(error)
        } catch {
            result = .failure(.transient(code: "attempt-not-begun", message: "The attempt could not begin: \(error)."))
        }
        try channel.finish(result)
    }

    private func receiveOrder() throws -> AttemptOrder {
        var snapshot: [UInt8]?
        while let frame = try AttemptFrame(from: input) {
            switch frame {
            case .earlierSnapshot(let bytes): snapshot = bytes
            case .order(var order):
                order.claimed.snapshot = snapshot
                return order
            default: continue
            }
        }
        throw AttemptFrameError.endsWithinFrame
    }

    private func listen(_ onEnd: () -> Void) {
        do {
            while let frame = try AttemptFrame(from: input) {
                switch frame {
                case .stop(let request): channel.requestStop(request)
                case .snapshotSettled(let error): channel.settleSnapshot(error)
                default: continue
                }
            }
        } catch {
            // A worker that speaks in fragments is one that died.
        }
        onEnd()
    }
}

/// The job's context inside its process.
final class AttemptChannel: JobContext {
    private let output: Int32
    private let writing = Mutex<Void>(())
    private let stop = Mutex<StopRequest?>(nil)
    private let saving = Mutex<CheckedContinuation<JobError?, Never>?>(nil)

    init(output: Int32) {
        self.output = output
    }

    var stopRequest: StopRequest? { stop.withLock { $0 } }

    func requestStop(_ request: StopRequest) { stop.withLock { $0 = request } }

    func report(_ progress: JobProgress, curve: [CurvePoint]) {
        do {
            try send(.report(progress, curve))
        } catch {
            // The worker has gone: the other end of standard input says so too, and ends this process.
            requestStop(.leaseLost)
        }
    }

    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError) {
        let refusal: JobError? = await withCheckedContinuation { continuation in
            saving.withLock { $0 = continuation }
            do {
                try send(.snapshot(snapshot))
            } catch {
                settleSnapshot(.stopped)
            }
        }
        if let refusal { throw refusal }
    }

    /// Lets ``saveSnapshot(_:)`` go on.
    func settleSnapshot(_ error: JobError?) {
        let waiting = saving.withLock { saving in
            defer { saving = nil }
            return saving
        }
        waiting?.resume(returning: error)
    }

    func finish(_ result: Result<JobOutput, JobError>) throws {
        switch result {
        case .success(var output):
            // As JSON every byte of the weights would take four.
            if let weights = output.draft?.weights {
                try send(.weights(weights))
                output.draft?.weights = []
            }
            try send(.output(output))
        case .failure(let error): try send(.failure(error))
        }
    }

    private func send(_ frame: AttemptFrame) throws {
        try writing.withLock { _ in try frame.write(to: output) }
    }
}
