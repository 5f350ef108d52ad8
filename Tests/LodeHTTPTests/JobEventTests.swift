import Foundation
import FoundationNetworking
import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

// Minutes, for the threads that these tests need may be busy with numerics meanwhile.
@Suite(.timeLimit(.minutes(10))) struct JobEventTests {
    private func events(_ daemon: RunningDaemon, _ path: String, after: Int64? = nil) async throws -> (Int, String) {
        var request = URLRequest(url: try #require(URL(string: daemon.address + path)))
        if let after { request.setValue("\(after)", forHTTPHeaderField: "last-event-id") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
    }

    @Test func `a job's stream tells every state from the event named on, and ends with the job`() async throws {
        try await RunningDaemon.run { daemon in
            let queue: any JobQueue = daemon.fixture.queue
            let now = Timestamp(microseconds: 1_700_000_000_000_000)
            let job = try await queue.enqueue(JobRequest(kind: "probe", arguments: "{}"), at: now)
            let claimed = try #require(
                try await queue.claim(kinds: ["probe"], worker: "w", leaseSeconds: 20, at: now))
            _ = try await queue.renew(
                claimed.lease, leaseSeconds: 20, progress: JobProgress(fraction: 0.5, message: "half"), curve: [],
                at: now)
            let path = "/v1/jobs/\(job.id)/events"
            // Connected while the job runs: the end arrives over the open connection.
            async let live = events(daemon, path)
            _ = try await queue.complete(claimed.lease, result: "{}", publishing: nil, at: now)
            let (status, text) = try await live
            #expect(status == 200)
            let names = text.split(separator: "\n").filter { $0.hasPrefix("event: ") }
            #expect(names == ["event: state", "event: state", "event: progress", "event: state", "event: end"])
            #expect(text.contains(#""state":"completed""#))

            let ids = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
            let (_, rest) = try await events(daemon, path, after: ids[2])
            #expect(rest.contains("id: \(ids[3])") && !rest.contains("id: \(ids[2])\n"))
            // Nothing is left to wait for: a browser that reconnects stops.
            #expect(try await events(daemon, path, after: ids[3]).0 == 204)
            #expect(try await daemon.get("/v1/jobs/99/events").status == 404)
            #expect(try await daemon.get(path + "?after=x").status == 422)
        }
    }
}
