import Dispatch
import Foundation
import Logging

/// Runs the daemon and the worker as children, and starts the worker again whenever it dies.
struct Supervisor {
    let logger: Logger

    private enum Event {
        case daemonEnded(Int32)
        case workerEnded(Int32)
        case restartDue
        case stopAsked
    }

    /// Returns the daemon's exit status once both have ended.
    func run(daemon daemonArguments: [String], worker workerArguments: [String]) async throws -> Int32 {
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let signals = [SIGTERM, SIGINT].map { number in
            // The default action would end this process before its children.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(.stopAsked) }
            source.resume()
            return source
        }
        defer { signals.forEach { $0.cancel() } }

        let daemon = try Child(daemonArguments) { continuation.yield(.daemonEnded($0)) }
        var worker: Child? = try Child(workerArguments) { continuation.yield(.workerEnded($0)) }
        logger.info("started", metadata: ["daemon": "\(daemon.id)", "worker": "\(worker?.id ?? 0)"])
        var restart = RestartDelay()
        var daemonStatus: Int32?
        var isStopping = false

        for await event in events {
            switch event {
            case .stopAsked:
                isStopping = true
                daemon.terminate()
                worker?.terminate()
            case .daemonEnded(let status):
                daemonStatus = status
                if !isStopping { logger.error("daemon ended", metadata: ["status": "\(status)"]) }
                isStopping = true
                worker?.terminate()
            case .workerEnded(let status):
                worker = nil
                if !isStopping {
                    let seconds = restart.next(at: Clock.uptime())
                    logger.error(
                        "worker ended, starts again", metadata: ["status": "\(status)", "inSeconds": "\(seconds)"])
                    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { continuation.yield(.restartDue) }
                }
            case .restartDue:
                guard !isStopping else { break }
                worker = try Child(workerArguments) { continuation.yield(.workerEnded($0)) }
                logger.info("worker started", metadata: ["worker": "\(worker?.id ?? 0)"])
            }
            if let daemonStatus, isStopping, worker == nil { return daemonStatus }
        }
        return 0
    }
}

/// How long to wait before a worker is started again: at once, then longer each time it dies soon.
struct RestartDelay {
    private var seconds = 0.0
    private var last: UInt64 = 0

    /// The seconds to wait after a death at `uptime` (nanoseconds).
    mutating func next(at uptime: UInt64) -> Double {
        // A minute without a death counts as health.
        seconds = uptime - last > 60_000_000_000 ? 0.2 : min(seconds * 2, 30)
        last = uptime
        return seconds
    }
}
