import Foundation
import LodeDomain
import LodeHTTP
import LodeService
import LodeServiceTestSupport
import Synchronization
import Testing

@Suite struct AccessTests {
    private static let guarded = Daemon.Options(port: 0, requiresTokens: true)

    /// A daemon that asks for tokens, with one of each scope, whose texts are handed on.
    private static func run(
        uptime: @escaping @Sendable () -> UInt64 = { 0 },
        _ body: @escaping @Sendable (RunningDaemon, [String: String]) async throws -> Void
    ) async throws {
        let texts = Mutex<[String: String]>([:])
        try await RunningDaemon.run(guarded, uptime: uptime) { fixture in
            for (index, scope) in AccessScope.allCases.enumerated() {
                let token = try await fixture.tokens(secret: UInt8(index)).create(
                    named: scope.rawValue, scopes: [scope], lifetime: 3600)
                texts.withLock { $0[scope.rawValue] = token.token }
            }
        } _: { daemon in
            try await body(daemon, texts.withLock { $0 })
        }
    }

    /// What a token of each scope may do besides reading.
    private static let permitted: [String: Set<String>] = [
        "read": ["read"], "write": ["read", "write"], "train": ["read", "train"],
        "admin": ["read", "write", "train", "admin"],
    ]

    @Test func `each route wants a token unless it is open, and one whose scope permits it`() async throws {
        try await Self.run { daemon, texts in
            for operation in daemon.document.operations {
                // A stream has no end, and the others have nothing to do with what is not there.
                guard !operation.path.hasSuffix("events") else { continue }
                let path = operation.path.replacing(/\{[a-z]+\}/, with: "1")
                let name = "\(operation.method) \(operation.path)"
                let nobody = try await daemon.head(operation.method, path)
                guard let scope = operation.scope else {
                    #expect(![401, 403].contains(nobody.status), "\(name)")
                    continue
                }
                #expect(nobody.status == 401, "\(name)")
                #expect(nobody.headers["www-authenticate"] == #"Bearer realm="lode""#, "\(name)")
                for (holder, text) in texts {
                    let reply = try await daemon.head(
                        operation.method, path, ["authorization": "Bearer \(text)"])
                    let mayAsk = Self.permitted[holder]?.contains(scope) == true
                    #expect((reply.status == 403) == !mayAsk, "\(name) with \(holder): \(reply.status)")
                    guard !mayAsk else { continue }
                    let challenge = try #require(reply.headers["www-authenticate"])
                    #expect(challenge.contains(#"error="insufficient_scope", scope="\#(scope)""#))
                }
            }
        }
    }

    @Test func `only what tells nothing of what is stored is open`() async throws {
        try await RunningDaemon.run { daemon in
            let open = daemon.document.operations.filter { $0.scope == nil }.map(\.path)
            #expect(
                Set(open) == [
                    "/livez", "/readyz", "/problems", "/problems/{code}", "/openapi.json", "/ping", "/health",
                    "/", "/web/{file}", "/partial/ping", "/partial/health", "/v2", "/v2/health/live",
                    "/v2/health/ready",
                ])
        }
    }

    @Test(arguments: ["Bearer ", "bearer  ", "Token ", "Basic "])
    func `a token is taken in the forms that clients have`(scheme: String) async throws {
        try await Self.run { daemon, texts in
            let text = try #require(texts["read"])
            let credentials = scheme == "Basic " ? Data("anybody:\(text)".utf8).base64EncodedString() : text
            let reply = try await daemon.send(
                "GET", "/v1/datasets", data: nil, headers: ["authorization": scheme + credentials])
            #expect(reply.status == 200)
        }
    }

    @Test func `only clients of InfluxDB may send a token in the query`() async throws {
        try await Self.run { daemon, texts in
            let text = try #require(texts["write"])
            let written = try await daemon.send(
                "POST", "/write?db=d&u=me&p=\(text)", type: "text/plain", body: "m f=1 1000")
            #expect(written.status == 204)
            #expect(try await daemon.get("/v1/datasets?p=\(text)").status == 401)
            let refused = try await daemon.send("POST", "/write?db=d&p=lode_x", type: "text/plain", body: "m f=1 1")
            #expect(refused.status == 401 && refused["code"] == .string("unauthorized"))
        }
    }

    @Test(arguments: ["lode_", "lode_AAAA", "x", "%00"])
    func `a token that is not there is worth nothing`(text: String) async throws {
        try await Self.run { daemon, _ in
            let reply = try await daemon.send(
                "GET", "/v1/datasets", data: nil, headers: ["authorization": "Bearer \(text)"])
            #expect(reply.status == 401 && reply["code"] == .string("token-invalid"))
        }
    }

    @Test func `a token that another process revokes is worth nothing within a second`() async throws {
        let clock = Mutex<UInt64>(0)
        try await Self.run(uptime: { clock.withLock { $0 } }) { daemon, texts in
            var holder = daemon
            holder.authorization = try "Bearer \(#require(texts["read"]))"
            #expect(try await holder.get("/v1/datasets").status == 200)
            _ = try await daemon.fixture.tokens(secret: 9).revoke("read")
            clock.withLock { $0 = 999_000_000 }
            let reply = try await holder.get("/v1/datasets")
            #expect(reply.status == 401 && reply["detail"]?.text?.contains("revoked") == true)
        }
    }

    @Test func `jobs that touch files of the machine need more than to ask for training`() async throws {
        try await Self.run { daemon, texts in
            var holder = daemon
            for (scope, status) in [("train", 403), ("admin", 202)] {
                holder.authorization = try "Bearer \(#require(texts[scope]))"
                let job = #"{"kind":"backup","arguments":{"folder":"/nowhere"}}"#
                #expect(try await holder.post("/v1/jobs", json: job).status == status)
            }
            holder.authorization = try "Bearer \(#require(texts["train"]))"
            let schedule =
                #"{"name":"s","trigger":{"cron":"* * * * *"},"job":{"kind":"import","arguments":{"path":"/x","dataset":"d"}}}"#
            #expect(try await holder.post("/v1/schedules", json: schedule).status == 403)
        }
    }

    @Test func `without a token nobody starts a daemon that would ask for one`() async throws {
        await #expect(throws: DaemonError.noTokens) {
            try await RunningDaemon.run(Self.guarded) { _ in }
        }
        await #expect(throws: DaemonError.addressNeedsTokens("0.0.0.0")) {
            try await RunningDaemon.run(Daemon.Options(address: "0.0.0.0", port: 0)) { _ in }
        }
    }

    @Test func `a certificate that cannot be read keeps the daemon from starting`() async throws {
        let files = Daemon.Certificate(chainPath: "/nowhere/chain.pem", keyPath: "/nowhere/key.pem")
        await #expect {
            try await RunningDaemon.run(Daemon.Options(port: 0, certificate: files)) { _ in }
        } throws: { error in
            if case .certificateUnreadable(files, _)? = error as? DaemonError { true } else { false }
        }
    }
}
