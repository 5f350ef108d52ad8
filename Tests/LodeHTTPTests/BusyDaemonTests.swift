import LodeHTTP
import LodeService
import LodeServiceTestSupport
import Testing

/// A daemon that is asked more than it can answer.
@Suite(.timeLimit(.minutes(5))) struct BusyDaemonTests {
    private static func ask(_ daemon: RunningDaemon, at time: Int) async throws -> RunningDaemon.Reply {
        try await daemon.post("/v1/predictions", json: #"{"dataset":"d","series":"a","times":[\#(time)]}"#)
    }

    private static func prepare(_ fixture: ServiceFixture) async throws {
        try await fixture.ingest("a,0,x,0", "a,10,y,10")
        try await fixture.publishModel()
    }

    @Test func `of three questions one is worked on, one waits for its turn, and one is turned away`() async throws {
        let loader = HeldLoader()
        let options = Daemon.Options(port: 0, limits: DaemonLimits(predictions: 1, waitingPredictions: 1))
        try await RunningDaemon.run(options, loader: loader, prepare: Self.prepare) { daemon in
            try await withThrowingTaskGroup(of: RunningDaemon.Reply.self) { group in
                group.addTask { try await Self.ask(daemon, at: 1) }
                var arrivals = loader.arrivals.makeAsyncIterator()
                await arrivals.next()
                for time in 2...3 { group.addTask { try await Self.ask(daemon, at: time) } }
                // Nothing else can be answered yet.
                let refused = try #require(try await group.next())
                #expect(refused.status == 503 && refused["code"] == .string("too-many-questions"), "\(refused)")
                loader.release(2)
                while let reply = try await group.next() { #expect(reply.status == 200, "\(reply)") }
            }
            // The place is free again.
            loader.release(1)
            #expect(try await Self.ask(daemon, at: 4).status == 200)
        }
    }

    @Test func `a question that takes too long is answered with what to do, and those in line behind it as well`()
        async throws
    {
        let loader = HeldLoader()
        let options = Daemon.Options(
            port: 0, limits: DaemonLimits(predictions: 1, waitingPredictions: 1, requestSeconds: 0.2))
        try await RunningDaemon.run(options, loader: loader, prepare: Self.prepare) { daemon in
            try await withThrowingTaskGroup(of: RunningDaemon.Reply.self) { group in
                for time in 1...2 { group.addTask { try await Self.ask(daemon, at: time) } }
                while let reply = try await group.next() {
                    #expect(reply.status == 503 && reply["code"] == .string("deadline-passed"), "\(reply)")
                    #expect(reply["detail"]?.text?.contains("There was no answer within 0.2 s") == true, "\(reply)")
                }
            }
            loader.release(2)
        }
    }
}
