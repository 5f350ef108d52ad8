import Dispatch
import Foundation
import Glibc
import LodeHTTP
import LodeService
import LodeServiceTestSupport
import Testing

/// Clients that keep a daemon waiting, or send more than it takes: they are told so or cut off, and others are served.
@Suite(.timeLimit(.minutes(2))) struct BadClientTests {
    private static let impatient = DaemonLimits(
        bodyBytes: 1 << 20, heldBodyBytes: 2 << 20, headSeconds: 0.3, bodySeconds: 0.3, writeSeconds: 0.3,
        idleSeconds: 0.3)

    private static func run(
        _ limits: DaemonLimits = impatient, _ body: @escaping @Sendable (RunningDaemon) async throws -> Void
    ) async throws {
        try await RunningDaemon.run(Daemon.Options(port: 0, limits: limits), body)
    }

    /// 64 MB of zeros as gzip: made by the tool, not by what unpacks it.
    private static func bomb() async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "bomb").async {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        process.executableURL = URL(fileURLWithPath: "/bin/sh")
                        process.arguments = ["-c", "head -c 64000000 /dev/zero | gzip -9"]
                        let pipe = Pipe()
                        process.standardOutput = pipe
                        try process.run()
                        let bomb = pipe.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        return bomb
                    })
            }
        }
    }

    @Test(arguments: [
        "", "GET /livez HTTP/1.1\r\nhost: local", "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    ])
    func `a client that sends nothing more is cut off`(sent: String) async throws {
        try await Self.run { daemon in
            let client = try RawClient(port: daemon.port)
            try await client.send(sent)
            // Returns when the daemon closes the connection.
            _ = await client.received()
            #expect(try await daemon.get("/livez").status == 200)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1", "", 400), ("HTTP/1.1", "host:\r\n", 400),
        ("HTTP/1.1", "host: localhost\r\nHost: localhost\r\n", 400),
        ("HTTP/1.1", "host: localhost\r\nhost: elsewhere\r\n", 400), ("HTTP/1.1", "host: elsewhere\r\n", 421),
        ("HTTP/1.1", "host: localhost\r\n", 200), ("HTTP/1.0", "host: localhost\r\n", 200), ("HTTP/1.0", "", 200),
        ("HTTP/1.0", "host: localhost\r\nhost: localhost\r\n", 400),
    ])
    func `a request says once whom it is for, which one of HTTP 1.0 need not`(
        version: String, fields: String, status: Int
    ) async throws {
        try await Self.run { daemon in
            let client = try RawClient(port: daemon.port)
            try await client.send("GET /livez \(version)\r\n\(fields)connection: close\r\n\r\n")
            let answer = await client.received()
            #expect(answer.split(separator: " ").dropFirst().first == "\(status)", "\(answer)")
            #expect(answer.contains("bad-request") == (status == 400), "\(answer)")
        }
    }

    @Test(arguments: [
        "content-length: 2\r\ncontent-length: 30", "content-length: 2\r\ntransfer-encoding: chunked",
        "content-length: 2, 30", "content-length: +2", "content-length: 2\r\nx-name: a\u{1}b",
        "content-length: 2\r\n folded: header",
    ])
    func `a head that two readers could take for two things is refused, and its connection ends`(
        fields: String
    ) async throws {
        try await Self.run { daemon in
            let client = try RawClient(port: daemon.port)
            // What a smuggler hopes will be read as a request of its own.
            try await client.send(
                "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\(fields)\r\n\r\n"
                    + "{}GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
            let answer = await client.received()
            #expect(!answer.contains("HTTP/1.1 200"), "\(answer)")
            #expect(try await daemon.get("/livez").status == 200)
        }
    }

    @Test(arguments: [
        "chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", "chunked\r\n\r\nno length\r\n", "xchunked\r\n\r\n0\r\n\r\n",
    ])
    func `a body in another form than its head says is the client's fault`(rest: String) async throws {
        try await Self.run { daemon in
            let client = try RawClient(port: daemon.port)
            try await client.send(
                "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: \(rest)"
            )
            let answer = await client.received()
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        }
    }

    @Test func `a body that is announced as too long is refused before it comes`() async throws {
        try await Self.run(DaemonLimits(bodyBytes: 1 << 20)) { daemon in
            let client = try RawClient(port: daemon.port)
            try await client.send(
                "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                    + "content-length: 10000000000\r\n\r\n")
            let answer = await client.received()
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.lowercased().contains("connection: close"))
        }
    }

    @Test func `a body without a length is refused as soon as it is too long, and its connection ends`() async throws {
        try await Self.run(DaemonLimits(bodyBytes: 1 << 20)) { daemon in
            let client = try RawClient(port: daemon.port)
            try await client.send(
                "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                    + "transfer-encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
            // 100 GB, were they taken.
            let sent = await client.sendUntilClosed(chunk, times: 1_600_000)
            #expect(sent < 1000)
            #expect(await client.received().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a zip bomb is refused at the limit`() async throws {
        try await Self.run { daemon in
            let bomb = try await Self.bomb()
            let reply = try await daemon.send(
                "POST", "/v1/datasets/d/observations", type: "text/csv", data: bomb, encoding: "gzip")
            #expect(bomb.count < 100_000 && reply.status == 413)
        }
    }

    @Test func `bodies for which there is no memory are turned away for a moment`() async throws {
        try await Self.run(DaemonLimits(bodyBytes: 1 << 20, heldBodyBytes: 1 << 20)) { daemon in
            let head =
                "POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1048576\r\n\r\n"
            let first = try RawClient(port: daemon.port)
            try await first.send(head + String(repeating: " ", count: 1_000_000))
            // It is being answered once the meter counts it beside the request that asks the meter.
            while try await !daemon.text("/metrics").contains("lode_http_requests_in_flight 2") { await Task.yield() }
            var status = 0
            for _ in 0..<200 where status != 503 { status = try await Self.probe(daemon) }
            #expect(status == 503)
            try await first.send(String(repeating: " ", count: 48_576))
            #expect(await first.received(until: "\r\n").hasPrefix("HTTP/1.1 400 "))
            for _ in 0..<200 where status != 202 { status = try await Self.probe(daemon) }
            #expect(status == 202)
        }
    }

    /// A small job in a large body.
    private static func probe(_ daemon: RunningDaemon) async throws -> Int {
        try await daemon.post("/v1/jobs", json: #"{"kind":"probe"}"# + String(repeating: " ", count: 200_000)).status
    }

    @Test func `a million times in one question are refused`() async throws {
        try await Self.run(DaemonLimits()) { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.publishModel()
            let times = (0..<1_000_000).map { "\($0)" }.joined(separator: ",")
            let reply = try await daemon.post(
                "/v1/predictions", json: "{\"dataset\":\"d\",\"series\":\"a\",\"times\":[\(times)]}")
            #expect(reply.status == 422 && reply.place("pointer") == .string("/times"))
        }
    }
}
