import Foundation
import LodeService
import LodeServiceTestSupport
import Testing

/// Corrections, deletions, the way out, and the care of the database.
@Suite struct EditingRouteTests {
    @Test func `a dataset is renamed and tagged, and a taken name refused`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.ingest("a,1,x,1", into: "other")
            let reply = try await daemon.send(
                "PATCH", "/v1/datasets/d", type: "application/json", body: #"{"name":"e","tags":["one","two"]}"#)
            #expect(reply["name"] == .string("e") && reply["tags"] == .array([.string("one"), .string("two")]))
            #expect(try await daemon.get("/v1/datasets/d").status == 404)
            for (body, status) in [
                (#"{"name":"other","tags":[]}"#, 409), (#"{"name":"a b"}"#, 422), (#"{"nam":"x"}"#, 422),
            ] {
                let wrong = try await daemon.send("PATCH", "/v1/datasets/e", type: "application/json", body: body)
                #expect(wrong.status == status)
            }
            #expect(try await daemon.get("/v1/datasets/e")["tags"] == reply["tags"])
        }
    }

    @Test func `observations are deleted by series, channel and times, and never all by accident`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1", "a,2,x,1", "a,3,x,1", "a,1,y,1", "b,1,x,1")
            let path = "/v1/datasets/d/observations"
            #expect(try await daemon.send("DELETE", path).status == 422)
            #expect(try await daemon.send("DELETE", path + "?all=false").status == 422)
            #expect(try await daemon.send("DELETE", path + "?from=3&to=2").status == 422)
            let some = try await daemon.send("DELETE", path + "?series=a&channel=x&from=2&to=3")
            #expect(some["deleted"] == .integer(2))
            #expect(try await daemon.text(path) == "series,time,channel,value\na,1,x,1\na,1,y,1\nb,1,x,1\n")
            #expect(try await daemon.send("DELETE", path + "?all=true")["deleted"] == .integer(3))
            #expect(try await daemon.send("DELETE", "/v1/datasets/d").status == 204)
            #expect(try await daemon.get("/v1/datasets/d").status == 404)
        }
    }

    @Test func `what an export gives goes in again and comes out the same`() async throws {
        try await RunningDaemon.run(bodyLimit: 1 << 20) { daemon in
            let rows = (0..<2000).map { "\"s,\($0 % 7)\",\(Double($0) / 3),c \($0 % 3),\(Double($0) * 1e-7)" }
            _ = try await daemon.post("/v1/datasets/d/observations", csv: rows.joined(separator: "\n"))
            let text = try await daemon.text("/v1/datasets/d/observations")
            #expect(text.split(separator: "\n").count == 2001)
            _ = try await daemon.send("POST", "/v1/datasets/e/observations", type: "text/csv", body: text)
            #expect(try await daemon.text("/v1/datasets/e/observations") == text)
            #expect(try await daemon.get("/v1/datasets/nothing/observations").status == 404)
        }
    }

    @Test func `an input channel, units, statics and labels make the round trip`() async throws {
        try await RunningDaemon.run { daemon in
            let body = "series,time,conc,rate\na,0,1,10\na,1,2,0\na,2,,5\n"
            _ = try await daemon.send("POST", "/v1/datasets/d/observations?inputs=rate", type: "text/csv", body: body)
            let unit = try await daemon.send(
                "PUT", "/v1/datasets/d/channels/conc", type: "application/json", body: #"{"unit":"ng/mL"}"#)
            #expect(unit.status == 200)
            let channels = try await daemon.text("/v1/datasets/d/channels")
            #expect(channels == "channel,unit,kind\nconc,ng/mL,measured\nrate,,input\n")
            for (kind, text) in [
                ("statics", "series,name,value\na,age,7.5\n"), ("labels", "series,name,value\na,dead,1\n"),
            ] {
                _ = try await daemon.send("POST", "/v1/datasets/d/\(kind)", type: "text/csv", body: text)
                #expect(try await daemon.text("/v1/datasets/d/\(kind)") == text)
            }
            try await daemon.fixture.ingest("a,0,conc,1", into: "e")
            let described = try await daemon.send("POST", "/v1/datasets/e/channels", type: "text/csv", body: channels)
            #expect(described["channels"] == .integer(2))
            #expect(try await daemon.text("/v1/datasets/e/channels") == channels)
            let wrong = try await daemon.send(
                "POST", "/v1/datasets/e/channels", type: "text/csv", body: "channel,unit,kind\nx,,sometimes\n")
            #expect(wrong.status == 422 && wrong.place("line") == .integer(2))
        }
    }

    @Test func `a range is drawn by few points, with how many there are`() async throws {
        try await RunningDaemon.run(bodyLimit: 1 << 20) { daemon in
            let rows = (0..<3000).map { "a,\($0),x,\($0 % 100)" }
            _ = try await daemon.post("/v1/datasets/d/observations", csv: rows.joined(separator: "\n"))
            let curve = try await daemon.get("/v1/datasets/d/series/a/curve?channel=x&from=0&to=1999&buckets=10")
            guard case .array(let times)? = curve["times"], case .array(let values)? = curve["values"] else {
                Issue.record("no curve in \(curve)")
                return
            }
            #expect(curve["observations"] == .integer(2000))
            #expect(times.count <= 40 && times.count == values.count)
            #expect(values.contains(.integer(99)) && values.contains(.integer(0)))
            for path in ["?channel=q", "", "?channel=x&from=2&to=1", "?channel=x&buckets=0"] {
                #expect(try await daemon.get("/v1/datasets/d/series/a/curve" + path).status == 422, "\(path)")
            }
            #expect(try await daemon.get("/v1/datasets/d/series/b/curve?channel=x").status == 404)
        }
    }

    @Test func `the database is looked over and backed up over HTTP`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            let health = try await daemon.get("/v1/doctor")
            #expect(health.status == 200 && health["findings"] != nil && health["severity"] != nil)
            let backup = try await daemon.send("POST", "/v1/backups")
            #expect(backup.status == 201)
            #expect(FileManager.default.fileExists(atPath: try #require(backup["path"]?.text)))
            // The fixture's clock stands still: the second one would replace the first.
            #expect(try await daemon.send("POST", "/v1/backups").status == 409)
        }
    }

    @Test func `a client that never reads holds up nobody`() async throws {
        try await RunningDaemon.run(bodyLimit: 1 << 26) { daemon in
            let rows = (0..<400_000).map { "a,\($0),x,\($0)" }
            _ = try await daemon.post("/v1/datasets/d/observations", csv: rows.joined(separator: "\n"))
            let idlers = try (0..<8).map { _ in try RawClient(port: daemon.port) }
            for idler in idlers {
                try await idler.send("GET /v1/datasets/d/observations HTTP/1.1\r\nhost: localhost\r\n\r\n")
            }
            // Reads and writes go on beside them: more stalled readers than the store has connections for reading.
            for index in 0..<20 {
                #expect(try await daemon.get("/v1/datasets/d").status == 200)
                let written = try await daemon.post("/v1/datasets/d/observations", csv: "b,\(index),x,1")
                #expect(written.status == 200)
            }
            #expect(try await daemon.text("/v1/datasets/d/observations").utf8.count > 5_000_000)
            withExtendedLifetime(idlers) {}
        }
    }
}
