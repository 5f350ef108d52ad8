import Foundation
import LodeService
import LodeServiceTestSupport
import Testing

/// What the clients of InfluxDB and Telegraf send, and what they look at in the answer.
@Suite struct InfluxRouteTests {
    /// Both routes, with the parameter that names the dataset.
    private static let routes = ["/api/v2/write?org=o&bucket=d", "/write?db=d&rp=autogen&consistency=one"]

    @Test(arguments: routes)
    func `a write is answered by 204 once it is there`(route: String) async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.send(
                "POST", route + "&precision=s", type: "text/plain; charset=utf-8", body: "cpu,host=a use=0.5 10\n")
            #expect(reply.status == 204 && reply.headers["x-influxdb-version"] != nil)
            #expect(
                try await daemon.text("/v1/datasets/d/observations")
                    == "series,time,channel,value\n\"cpu,host=a\",1970-01-01T00:00:10Z,use,0.5\n")
        }
    }

    @Test(arguments: routes, ["m f=\"text\" 1000", "m f=9007199254740993i 1000", "m f=1 1001", "m f=1 x", "m"])
    func `bad data is a 4xx that names the line, and nothing of the body is written`(
        route: String, line: String
    ) async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.send("POST", route, type: "text/plain", body: "m f=1 2000\n\(line)\n")
            #expect(reply.status == 400 && reply["code"] == .string("invalid") && reply["line"] == .integer(2))
            #expect(reply["message"] == reply["error"])
            #expect(try await daemon.get("/v1/datasets")["datasets"] == .array([]))
        }
    }

    @Test(arguments: ["/api/v2/write?bucket=d&partial=true", "/partial/api/v2/write?bucket=d", "/partial/write?db=d"])
    func `a string costs its field alone where the good points are kept`(route: String) async throws {
        try await RunningDaemon.run { daemon in
            let body =
                "system,host=a load1=0.5,uptime_format=\"1 day\",uptime=86400i 1000\nsystem,host=a load1=1 2000\n"
            let reply = try await daemon.send("POST", route, type: "text/plain", body: body)
            // Telegraf drops what a 422 or a “partial write” is about and goes on; it would send a 5xx again for ever.
            #expect(reply.status == 422 && reply["rejected"] == .integer(1))
            let message = try #require(reply["message"]?.text)
            let rejections = try #require(reply["rejections"]?.elements)
            #expect(message.hasPrefix("partial write: line 1 (uptime_format)") && message.hasSuffix("dropped=1"))
            #expect(rejections.count == 1)
            #expect(try await daemon.get("/v1/datasets/d")["observations"] == .integer(3))
        }
    }

    @Test func `a timestamp finer than a microsecond is refused with what to do`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.send(
                "POST", "/write?db=d", type: "text/plain", body: "m f=1 1700000000000000001\n")
            let message = try #require(reply["error"]?.text)
            #expect(message.contains("1700000000000000001") && message.contains("precision=us"), "\(message)")
        }
    }

    @Test func `what a client asks first is answered, under either address`() async throws {
        try await RunningDaemon.run { daemon in
            for root in ["", "/partial"] {
                #expect(try await daemon.get(root + "/ping").status == 204)
                #expect(try await daemon.get(root + "/health")["status"] == .string("pass"))
                for body in [
                    "q=CREATE+DATABASE+%22telegraf%22", "db=x&q=create%20database%20%22t%22", "q=SHOW+DATABASES",
                ] {
                    let reply = try await daemon.send(
                        "POST", root + "/query", type: "application/x-www-form-urlencoded", body: body)
                    #expect(reply.status == (body.contains("SHOW") ? 400 : 200), "\(body)")
                }
                #expect(try await daemon.send("POST", root + "/query?q=CREATE%20DATABASE%20x").status == 200)
                #expect(try await daemon.send("POST", root + "/query?q=SHOW%20DATABASES").status == 400)
            }
        }
    }

    @Test func `an empty body, a missing bucket, a wrong name and a wrong precision are told apart`() async throws {
        try await RunningDaemon.run { daemon in
            #expect(try await daemon.send("POST", "/write?db=d", type: "text/plain", body: "").status == 204)
            for path in [
                "/write", "/write?db=", "/write?db=a%20b", "/write?db=d&precision=day", "/write?db=d&partial=x",
            ] {
                let reply = try await daemon.send("POST", path, type: "text/plain", body: "m f=1\n")
                #expect((400..<500).contains(reply.status), "\(path)")
            }
            try await daemon.fixture.ingest("a,1,x,1")
            let numbers = try await daemon.send("POST", "/write?db=d", type: "text/plain", body: "m f=1 1000\n")
            #expect(numbers.status == 422)
        }
    }
}
