import Foundation
import LodeService
import LodeServiceTestSupport
import Testing

/// The ways in over real sockets, apart from plain CSV.
@Suite struct IngestRouteTests {
    private static let path = "/v1/datasets/d/observations"

    @Test func `a gzip body is unpacked, a damaged one and one that is none are refused, and nothing is written`()
        async throws
    {
        // Written by Python's gzip: the header and three rows, a,1,x,2 to a,3,x,4.
        let packed = try #require(Data(base64Encoded: GzipBodies.threeRows))
        try await RunningDaemon.run { daemon in
            let good = try await daemon.send("POST", Self.path, type: "text/csv", data: packed, encoding: "gzip")
            #expect(good.status == 200 && good["inserted"] == .integer(3))
            var damaged = packed
            damaged[damaged.count - 6] ^= 0xFF
            for wrong in [damaged, packed.dropLast(3), Data("series,time\n".utf8), Data()] {
                let reply = try await daemon.send("POST", Self.path, type: "text/csv", data: wrong, encoding: "gzip")
                #expect(reply.status == 400 && reply["code"] == .string("bad-request"))
            }
            let other = try await daemon.send("POST", Self.path, type: "text/csv", data: packed, encoding: "br")
            #expect(other.status == 415)
            #expect(try await daemon.get("/v1/datasets/d")["observations"] == .integer(3))
        }
    }

    @Test func `the limit holds for what comes out of gzip`() async throws {
        // 100,000 zeros in 133 bytes, where the limit is 4096.
        let bomb = try #require(Data(base64Encoded: GzipBodies.bomb))
        try await RunningDaemon.run { daemon in
            for path in [Self.path, "/api/v2/write?bucket=d", "/write?db=d"] {
                let reply = try await daemon.send("POST", path, type: "text/csv", data: bomb, encoding: "gzip")
                #expect(reply.status == 413)
            }
            #expect(try await daemon.get("/v1/datasets")["datasets"] == .array([]))
        }
    }

    @Test(arguments: ["/v1/datasets/d/observations", "/v1/datasets/d/statics", "/v1/datasets/d/labels"])
    func `a request with a key has its effect once, and another with that key none`(path: String) async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,0,x,1")
            let isFact = !path.hasSuffix("observations")
            let header = isFact ? "series,name,value" : "series,time,x"
            func send(_ row: String) async throws -> RunningDaemon.Reply {
                try await daemon.send(
                    "POST", path, type: "text/csv", data: Data("\(header)\n\(row)\n".utf8),
                    headers: ["idempotency-key": "k"])
            }
            let first = try await send("a,1,2")
            let second = try await send("a,1,2")
            #expect(first.status == 200 && first["inserted"] == .integer(1))
            #expect(second.status == 200 && second.body == first.body)
            let other = try await send("a,1,3")
            #expect(other.status == 422 && other["code"] == .string("idempotency-key-reused"))
        }
    }

    @Test func `a rehearsal tells what would happen, for facts too`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.post(Self.path + "?dryRun=true", csv: "a,1,x,2")
            #expect(reply["inserted"] == .integer(1) && reply["dryRun"] == .bool(true))
            #expect(try await daemon.get("/v1/datasets")["datasets"] == .array([]))
            try await daemon.fixture.ingest("a,1,x,2")
            let facts = try await daemon.send(
                "POST", "/v1/datasets/d/statics?dryRun=true", type: "text/csv", body: "series,name,value\na,age,7\n")
            #expect(facts["inserted"] == .integer(1))
            #expect(try await daemon.text("/v1/datasets/d/statics") == "series,name,value\n")
        }
    }

    @Test func `byte order mark, comments, chosen columns, marks and delimiter are told in the query`() async throws {
        try await RunningDaemon.run { daemon in
            let text = "\u{FEFF}# a comment\r\nid;when;x;y;note\r\np;1;2;NA;left out\r\np;2;-999;3;\r\n"
            let query = "?seriesColumn=id&timeColumn=when&channels=x,y&missing=NA,-999&delimiter=%3B"
            let reply = try await daemon.send("POST", Self.path + query, type: "text/csv", body: text)
            #expect(reply.status == 200 && reply["rows"] == .integer(2), "\(reply)")
            #expect(try await daemon.text(Self.path) == "series,time,channel,value\np,1,x,2\np,2,y,3\n")
        }
    }

    @Test func `tabs, lines of JSON and line protocol go by the content type`() async throws {
        try await RunningDaemon.run { daemon in
            let tabs = try await daemon.send(
                "POST", "/v1/datasets/t/observations", type: "text/tab-separated-values",
                body: "series\ttime\tx\na\t1\t2\n")
            #expect(tabs["inserted"] == .integer(1))
            let json = try await daemon.send(
                "POST", "/v1/datasets/j/observations", type: "application/x-ndjson",
                body: #"{"series":"a","time":1,"values":{"x":2,"y":3}}"#)
            #expect(json["inserted"] == .integer(2))
            let lines = try await daemon.send(
                "POST", "/v1/datasets/l/observations?precision=s", type: "text/plain", body: "m,h=a x=1,y=t 10\n")
            #expect(lines["inserted"] == .integer(2))
        }
    }

    @Test func `partial keeps the good rows and tells each bad one, and the counts add up`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.post(Self.path + "?partial=true", csv: "a,1,x,2", "a,2,x,no", "a,three,x,4")
            #expect(reply.status == 200 && reply["rows"] == .integer(3))
            #expect(reply["inserted"] == .integer(1) && reply["rejected"] == .integer(2))
            guard case .array(let rejections)? = reply["rejections"], case .object(let first)? = rejections.first else {
                Issue.record("no rejections in \(reply)")
                return
            }
            #expect(first["line"] == .integer(3) && first["column"] == .integer(4))
        }
    }
}

/// Small gzip files, in base64.
enum GzipBodies {
    static let threeRows = "H4sIAAAAAAACAytOLcpMLdYpycxN1UnOSMzLS83RKUvMKU3lStQx1KnQMQLSRkDaGEgbA2kTLgBET39oMgAAAA=="
    static let bomb =
        "H4sIAAAAAAACA+3BMQEAAADCoErrn84aHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwaFwk3FoIYBAA=="
}
