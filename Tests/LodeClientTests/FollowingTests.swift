import LodeClient
import LodeService
import LodeTestSupport
import Synchronization
import Testing

/// Following jobs of a daemon whose connections break.
@Suite(.timeLimit(.minutes(2))) struct FollowingTests {
    /// An event of a job's change with that number.
    private static func event(_ number: Int) -> String {
        """
        id: \(number)
        data: {"number":\(number),"job":1,"state":"running","attempt":1,"at":"2024-05-01T12:00:00Z"}


        """
    }

    /// A server that answers a request with these events, by its number from 0.
    private static func server(_ events: @escaping @Sendable (Int) -> String) throws -> ScriptedServer {
        try ScriptedServer { request in
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + events(request)
        }
    }

    /// What came of following job 1.
    private struct Outcome {
        var numbers: [Int64] = []
        var waits: [Double] = []
        var error: ClientError?
    }

    private static func follow(_ server: ScriptedServer) async throws -> Outcome {
        let numbers = Mutex<[Int64]>([])
        let waits = Mutex<[Double]>([])
        var outcome = Outcome()
        do {
            try await DaemonClient.use(
                server.address, token: nil, certificate: nil, wait: { seconds in waits.withLock { $0.append(seconds) } }
            ) { client in
                try await client.follow(1, after: nil) { change in numbers.withLock { $0.append(change.number) } }
            }
        } catch let error as ClientError {
            outcome.error = error
        }
        outcome.numbers = numbers.withLock(\.self)
        outcome.waits = waits.withLock(\.self)
        return outcome
    }

    @Test func `a connection that breaks is made again after a second, and goes on where it was`() async throws {
        let server = try Self.server { request in
            switch request {
            case 0: Self.event(1) + Self.event(2)
            case 1: ""
            case 2: Self.event(3)
            default: "event: end\ndata: {}\n\n"
            }
        }
        let outcome = try await Self.follow(server)
        #expect(outcome.numbers == [1, 2, 3] && outcome.error == nil)
        #expect(outcome.waits == [1, 1, 1])
        #expect(server.targets == ["", "?after=2", "?after=2", "?after=3"].map { "/v1/jobs/1/events" + $0 })
    }

    @Test func `after thirty connections that brought nothing the daemon is taken to be gone`() async throws {
        let server = try Self.server { request in request == 0 ? Self.event(1) : "" }
        let outcome = try await Self.follow(server)
        #expect(outcome.numbers == [1] && outcome.error?.exitStatus == 69)
        #expect(outcome.waits == Array(repeating: 1, count: 30))
        #expect(server.targets.count == 31)
    }
}
