import Dispatch

/// Runs work that keeps a core busy on threads of its own, so that the cooperative pool stays free for waiting tasks.
package enum BlockingWork {
    private static let queue = DispatchQueue(label: "lode.blocking-work", qos: .userInitiated, attributes: .concurrent)

    /// Runs `body` on such a thread.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
