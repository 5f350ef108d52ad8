import Dispatch

/// Holds a thread until the test opens it.
final class DispatchGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Blocks the calling thread until the gate is open.
    func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    /// Lets the waiting through.
    func open() {
        semaphore.signal()
    }
}
