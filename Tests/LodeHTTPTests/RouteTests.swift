import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct RouteTests {
    @Test func `the whole path from a CSV body to a prediction`() async throws {
        try await RunningDaemon.run { daemon in
            let ingested = try await daemon.post(
                "/v1/datasets/d/observations?timeUnit=days", csv: "a,0,x,0", "a,10,x,10", "b c,1,x,1")
            #expect(ingested.status == 200 && ingested["inserted"] == .integer(3))
            #expect(ingested["timeAxis"] == .object(["kind": .string("numeric"), "unit": .string("days")]))
            try await daemon.fixture.publishModel()

            let answer = try await daemon.post(
                "/v1/predictions", json: #"{"dataset":"d","series":"a","times":[2.5,11]}"#)
            #expect(answer.status == 200 && answer.type == "application/json")
            #expect(answer["regimes"] == .array([.string("interpolation"), .string("extrapolation")]))
            guard case .array(let channels)? = answer["channels"], case .object(let x)? = channels.first else {
                Issue.record("no channels in \(answer)")
                return
            }
            #expect(x["median"] == .array([.number(2.5), .integer(10)]))

            #expect(try await daemon.get("/v1/datasets/d")["series"] == .integer(2))
            let page = try await daemon.get("/v1/datasets/d/series?limit=1")
            #expect(page["next"] == .string("a"))
            #expect(try await daemon.get("/v1/datasets/d/series?after=a")["next"] == nil)
            let models = try await daemon.get("/v1/datasets/d/models/1")
            #expect(models["version"] == .integer(1) && models["verdicts"] != nil)
        }
    }

    @Test func `a job is accepted with its place, followed, and cancelled`() async throws {
        try await RunningDaemon.run { daemon in
            let lines = (0..<5).flatMap { series in (0..<5).map { "s\(series),\($0),x,1" } }.joined(separator: "\n")
            _ = try await daemon.post("/v1/datasets/d/observations", csv: lines)
            let accepted = try await daemon.post(
                "/v1/jobs", json: #"{"kind":"train","arguments":{"dataset":"d","seed":3}}"#)
            #expect(accepted.status == 202)
            let place = try #require(accepted.headers["location"])
            #expect(try await daemon.get(place)["state"] == .string("available"))
            #expect(try await daemon.get(place)["curve"] == .array([]))
            #expect(try await daemon.send("DELETE", place)["state"] == .string("cancelled"))
            #expect(try await daemon.post(place + "/cancel", json: "").status == 200)
            guard case .array(let jobs)? = try await daemon.get("/v1/jobs?state=cancelled")["jobs"] else {
                Issue.record("no jobs")
                return
            }
            #expect(jobs.count == 1)
        }
    }

    @Test func `health, and a HEAD for every GET`() async throws {
        try await RunningDaemon.run { daemon in
            #expect(try await daemon.get("/livez").status == 200)
            #expect(try await daemon.get("/readyz").status == 200)
            let head = try await daemon.send("HEAD", "/v1/datasets")
            #expect(head.status == 200 && head.body == .null)
        }
    }
}
