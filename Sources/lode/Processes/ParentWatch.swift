import Foundation
import ServiceLifecycle

/// Ends when standard input closes: `lode up` holds its other end, so its death, however sudden, ends its children.
struct ParentWatch: Service {
    func run() async throws {
        let closed = AsyncStream<Void> { continuation in
            FileHandle.standardInput.readabilityHandler = { handle in
                if handle.availableData.isEmpty {
                    handle.readabilityHandler = nil
                    continuation.finish()
                }
            }
        }
        await cancelWhenGracefulShutdown {
            for await _ in closed {}
        }
    }
}
