import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ListTests {
    /// Follows `next` from page to page.
    private static func all(_ daemon: RunningDaemon, _ path: String, _ name: String, key: String) async throws
        -> [JSONValue]
    {
        var found: [JSONValue] = []
        var cursor: String?
        for _ in 0..<20 {
            let page = try await daemon.get(path + (cursor.map { "&after=\($0)" } ?? ""))
            let entries = try #require(page[name]?.elements)
            #expect(entries.count <= 2)
            found += entries.compactMap { $0.members?[key] }
            guard let next = page["next"]?.text else { return found }
            #expect(entries.count == 2)
            cursor = next
        }
        Issue.record("\(path) has no end")
        return found
    }

    @Test func `lists come in pages that join without gaps or repeats`() async throws {
        try await RunningDaemon.run { daemon in
            let names = ["B", "a", "b", "ch", "z"]
            for name in names { try await daemon.fixture.ingest("s,1,x,1", into: name) }
            for _ in 0..<5 { try await daemon.fixture.publishModel(of: "b") }
            for number in 1...5 {
                _ = try await daemon.post("/v1/jobs", json: #"{"kind":"probe"}"#)
                let version = number % 2 + 1
                _ = try await daemon.send(
                    "PUT", "/v1/models/b/aliases/alias\(number)", type: "application/json",
                    body: "{\"version\":\(version)}")
                _ = try await daemon.post(
                    "/v1/schedules",
                    json: "{\"name\":\"s\(number)\",\"trigger\":{\"everySeconds\":60},\"job\":{\"kind\":\"probe\"}}")
            }
            let datasets = try await Self.all(daemon, "/v1/datasets?limit=2", "datasets", key: "name")
            #expect(datasets == names.map { .string($0) })
            let versions = try await Self.all(daemon, "/v1/datasets/b/models?limit=2", "models", key: "version")
            #expect(versions == [5, 4, 3, 2, 1].map { .integer($0) })
            let probes = try await Self.all(daemon, "/v1/jobs?limit=2&kind=probe", "jobs", key: "id")
            #expect(probes == [10, 9, 8, 7, 6].map { .integer($0) })
            let aliases = try await Self.all(daemon, "/v1/models/b/aliases?limit=2", "aliases", key: "alias")
            #expect(aliases == (1...5).map { .string("alias\($0)") })
            let history = try await Self.all(daemon, "/v1/models/b/history?limit=2", "history", key: "alias")
            #expect(history == (1...5).map { .string("alias\($0)") })
            let schedules = try await Self.all(daemon, "/v1/schedules?limit=2", "schedules", key: "name")
            #expect(schedules == (1...5).map { .string("s\($0)") })
            #expect(try await daemon.get("/v1/models?after=b")["models"] == .array([]))
        }
    }

    @Test func `lists are narrowed by what their entries are`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("s,1,x,1", into: "a")
            try await daemon.fixture.ingest("s,1,x,1", into: "b")
            _ = try await daemon.send("PATCH", "/v1/datasets/b", type: "application/json", body: #"{"tags":["ward"]}"#)
            let tagged = try #require(try await daemon.get("/v1/datasets?tag=ward")["datasets"]?.elements)
            #expect(tagged.compactMap { $0.members?["name"] } == [.string("b")])
            for name in ["on", "off"] {
                _ = try await daemon.post(
                    "/v1/schedules",
                    json:
                        "{\"name\":\"\(name)\",\"paused\":\(name == "off"),\"trigger\":{\"everySeconds\":60},\"job\":{\"kind\":\"probe\"}}"
                )
            }
            let paused = try #require(try await daemon.get("/v1/schedules?paused=true")["schedules"]?.elements)
            #expect(paused.compactMap { $0.members?["name"] } == [.string("off")])
        }
    }

    @Test(
        arguments: ["/v1/datasets", "/v1/jobs", "/v1/models", "/v1/schedules"], ["limit=0", "limit=1001", "limit=x"])
    func `a page of no size or of too much is refused`(path: String, query: String) async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.get("\(path)?\(query)")
            #expect(reply.status == 422 && reply.place("parameter") == .string("limit"))
        }
    }

    @Test func `what a client has already is not sent again until it changes`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.publishModel()
            for path in [
                "/v1/datasets", "/v1/datasets/d/series", "/v1/models/d", "/v1/jobs", "/v1/jobs/1", "/openapi.json",
            ] {
                let first = try await daemon.get(path)
                let tag = try #require(first.headers["etag"], "\(path)")
                for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                    let again = try await daemon.send("GET", path, data: nil, headers: ["if-none-match": known])
                    #expect(again.status == 304 && again.body == .null && again.headers["etag"] == tag, "\(path)")
                }
                let other = try await daemon.send("GET", path, data: nil, headers: ["if-none-match": "\"other\""])
                #expect(other.status == 200 && other.body == first.body)
            }
            let tag = try #require(try await daemon.get("/v1/datasets/d").headers["etag"])
            try await daemon.fixture.ingest("a,2,x,1")
            let changed = try await daemon.send("GET", "/v1/datasets/d", data: nil, headers: ["if-none-match": tag])
            #expect(changed.status == 200 && changed["observations"] == .integer(2))
        }
    }

    @Test func `a model that can answer is ready, one that cannot says why`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            #expect(try await daemon.get("/readyz/d")["code"] == .string("dataset-untrained"))
            try await daemon.fixture.publishModel()
            let ready = try await daemon.get("/readyz/d@1")
            #expect(ready.status == 200 && ready["version"] == .integer(1))
            try await daemon.fixture.ingest("a,1,x,1", into: "spoilt")
            try await daemon.fixture.publishModel(of: "spoilt", weights: "spoilt")
            let spoilt = try await daemon.get("/readyz/spoilt")
            #expect(spoilt.status == 503 && spoilt["code"] == .string("corrupt-model"))
            #expect(try await daemon.get("/readyz/nobody").status == 404)
        }
    }
}
