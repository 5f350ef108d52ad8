import Dispatch
import LodeService
import Synchronization

/// Carries parts of a text from a thread that reads a database to a connection, no faster than the connection takes them.
///
/// The thread waits while ``depth`` parts are under way, so that a client which reads slowly costs no memory. Where it takes
/// none for ``patience`` the export ends, so that a client which never reads does not hold a view of the database open, which
/// would keep the write-ahead log from being copied back.
package final class ExportStream: Sendable {
    /// How many parts may be under way.
    private static let depth = 4
    /// How long a part may wait to be taken.
    private static let patience = DispatchTimeInterval.seconds(60)

    private enum State {
        case open
        case closed
        case stalled
    }

    private let free = DispatchSemaphore(value: 0)
    private let state = Mutex(State.open)
    private let continuation: AsyncStream<[UInt8]>.Continuation

    private init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
        self.continuation = continuation
        // The semaphore must not end below its first value, so it starts at 0 and is raised.
        for _ in 0..<Self.depth { free.signal() }
    }

    /// Runs `export`, whose parts go to `write` in turn; throws what either throws, ``Stalled``, or `CancellationError`.
    ///
    /// Where it returns, all parts have been written. `export` hands out its parts on a thread that may wait, none of the
    /// cooperative pool.
    package static func run(
        _ export: @escaping @Sendable (@escaping @Sendable ([UInt8]) -> Bool) async throws -> Void,
        to write: ([UInt8]) async throws -> Void
    ) async throws {
        let (parts, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let stream = ExportStream(continuation)
        let task = Task {
            defer { continuation.finish() }
            try await export { stream.offer($0) }
        }
        do {
            for await part in parts {
                try await write(part)
                stream.free.signal()
            }
            // To a task that is cancelled the parts end as they do where there are no more.
            try Task.checkCancellation()
        } catch {
            stream.close()
            throw error
        }
        try await task.value
        if stream.state.withLock({ $0 == .stalled }) { throw Stalled() }
    }

    /// Ends the export, which may be waiting for a place.
    private func close() {
        state.withLock { $0 = .closed }
        free.signal()
    }

    /// Waits for a place and takes a part; false where it is no longer wanted.
    private func offer(_ part: [UInt8]) -> Bool {
        guard free.wait(timeout: .now() + Self.patience) == .success else {
            state.withLock { state in
                if state == .open { state = .stalled }
            }
            return false
        }
        guard state.withLock({ $0 == .open }) else { return false }
        continuation.yield(part)
        return true
    }

    /// The client took nothing for too long.
    package struct Stalled: Error {}
}
