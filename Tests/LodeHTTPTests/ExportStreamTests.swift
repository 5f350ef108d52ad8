import Dispatch
import LodeHTTP
import Synchronization
import Testing

/// An export that does not come to its end must not look as if it had.
@Suite struct ExportStreamTests {
    private struct Broken: Error {}

    /// Hands out many parts, more than may be under way, on a thread that may wait, as a database's does.
    private static func export(_ write: @escaping @Sendable ([UInt8]) -> Bool) async throws {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "export").async {
                for part in 0..<100 where !write([UInt8(part)]) { break }
                continuation.resume()
            }
        }
    }

    @Test func `all parts are written in their order`() async throws {
        let written = Mutex<[UInt8]>([])
        try await ExportStream.run(Self.export) { part in written.withLock { $0 += part } }
        #expect(written.withLock { $0 } == Array(0..<100))
    }

    @Test func `however slow the writing is, few parts are under way`() async throws {
        let offered = Mutex(0)
        let written = Mutex(0)
        try await ExportStream.run { write in
            try await Self.export { part in
                guard write(part) else { return false }
                let ahead =
                    offered.withLock { count in
                        count += 1
                        return count
                    } - written.withLock { $0 }
                #expect(ahead <= 4)
                return true
            }
        } to: { _ in
            for _ in 0..<20 { await Task.yield() }
            written.withLock { $0 += 1 }
        }
        #expect(written.withLock { $0 } == 100)
    }

    @Test(arguments: [1, 50, 99]) func `cancelled in its midst, it throws`(parts: Int) async throws {
        let written = Mutex(0)
        let task = Task {
            try await ExportStream.run(Self.export) { _ in
                let count = written.withLock { count in
                    count += 1
                    return count
                }
                if count == parts { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(written.withLock { $0 } >= parts)
    }

    @Test func `what the writing or the export throws is thrown`() async throws {
        await #expect(throws: Broken.self) {
            try await ExportStream.run(Self.export) { _ in throw Broken() }
        }
        await #expect(throws: Broken.self) {
            try await ExportStream.run({ write in
                _ = write([1])
                throw Broken()
            }) { _ in }
        }
    }
}
