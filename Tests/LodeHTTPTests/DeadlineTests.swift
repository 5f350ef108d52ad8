import LodeHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private struct Refusal: Error {}

    @Test func `what comes in time is handed on, values and errors`() async throws {
        let deadline = Deadline(seconds: 60)
        #expect(try await deadline.run { 7 } == 7)
        await #expect(throws: Refusal.self) { try await deadline.run { throw Refusal() } }
    }

    @Test func `work that is late is cancelled, and not waited for where it goes on all the same`() async throws {
        let deadline = Deadline(seconds: 0.01)
        let (cancelled, sign) = AsyncStream.makeStream(of: Bool.self)
        let (release, go) = AsyncStream.makeStream(of: Void.self)
        await #expect(throws: (any Error).self) {
            try await deadline.run {
                await withTaskCancellationHandler {
                    // Deaf to its cancellation.
                    let waiting = Task { for await _ in release {} }
                    await waiting.value
                } onCancel: {
                    sign.yield(true)
                }
            }
        }
        var signs = cancelled.makeAsyncIterator()
        #expect(await signs.next() == true)
        go.finish()
    }
}
