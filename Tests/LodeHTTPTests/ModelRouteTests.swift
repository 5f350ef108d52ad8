import Foundation
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ModelRouteTests {
    private static let question = #"{"model":"d","series":"a","times":[5]}"#

    private static func prepare(_ daemon: RunningDaemon, versions: Int) async throws {
        try await daemon.fixture.ingest("a,0,x,0", "a,10,y,10")
        for _ in 0..<versions { try await daemon.fixture.publishModel() }
    }

    @Test func `an alias is set, answered by, rolled back and taken away`() async throws {
        try await RunningDaemon.run { daemon in
            try await Self.prepare(daemon, versions: 2)
            let path = "/v1/models/d/aliases/production"
            for version in ["1", "2"] {
                let set = try await daemon.send(
                    "PUT", path, type: "application/json", body: #"{"version":\#(version),"by":"ada","reason":"r"}"#)
                #expect(set.status == 200 && set["version"] == .integer(Int64(version) ?? 0))
                #expect(
                    try await daemon.post("/v1/predictions", json: Self.question)["modelVersion"]
                        == .integer(Int64(version) ?? 0))
            }
            let back = try await daemon.post(path + "/rollback", json: #"{"by":"bob"}"#)
            #expect(back["version"] == .integer(1))
            guard case .array(let history)? = try await daemon.get("/v1/models/d/history?alias=production")["history"]
            else {
                Issue.record("no history")
                return
            }
            #expect(history.count == 3)
            #expect(try await daemon.get("/v1/models/d/versions/production")["version"] == .integer(1))
            #expect(try await daemon.get("/v1/models/d/versions/latest")["aliases"] == .array([]))
            let model = try await daemon.get("/v1/models/d")
            guard case .array(let versions)? = model["versions"] else {
                Issue.record("no versions")
                return
            }
            #expect(versions.count == 2)
            #expect(try await daemon.send("DELETE", "/v1/models/d/versions/1").status == 409)
            #expect(try await daemon.send("DELETE", path)["kind"] == .string("removed"))
            #expect(try await daemon.send("DELETE", "/v1/models/d/versions/1").status == 204)
            #expect(
                try await daemon.post("/v1/models/d/prune", json: #"{"keep":0}"#)["deleted"] == .array([.integer(2)]))
        }
    }

    @Test(arguments: [
        ("PUT", "/v1/models/d/aliases/production", #"{"version":9}"#, 404, "model-version-not-found"),
        ("PUT", "/v1/models/d/aliases/production", #"{"version":"canddate"}"#, 404, "alias-not-found"),
        ("PUT", "/v1/models/d/aliases/production", #"{"version":"e@1"}"#, 422, "invalid-request"),
        ("PUT", "/v1/models/d/aliases/latest", #"{"version":1}"#, 422, "invalid-request"),
        ("PUT", "/v1/models/d/aliases/production", #"{"by":"ada"}"#, 422, "invalid-request"),
        ("POST", "/v1/models/d/versions/1/calibrate", #"{"keepVersions":0}"#, 422, "invalid-request"),
        ("POST", "/v1/models/d/versions/1/calibrate", #"{"promote":{"alias":"latest"}}"#, 422, "invalid-request"),
        ("POST", "/v1/models/d/versions/9/calibrate", "{}", 404, "model-version-not-found"),
        ("POST", "/v1/models/d/versions/9/evaluate", "{}", 404, "model-version-not-found"),
        ("PUT", "/v1/models/d/aliases/production", #"{"verson":1}"#, 422, "invalid-request"),
        ("PUT", "/v1/models/e/aliases/production", #"{"version":1}"#, 404, "dataset-not-found"),
        ("POST", "/v1/models/d/aliases/candidate/rollback", "{}", 409, "nothing-to-roll-back-to"),
        ("POST", "/v1/models/d/aliases/production/rollback", "{}", 404, "alias-not-found"),
        ("POST", "/v1/models/d/prune", #"{"keep":-1}"#, 422, "invalid-request"),
        ("POST", "/v1/models/d/versions", #"{"document":{},"weights":""}"#, 422, "invalid-request"),
        ("POST", "/v1/predictions", #"{"model":"d@canddate","series":"a","times":[5]}"#, 404, "alias-not-found"),
        ("POST", "/v1/predictions", #"{"model":"d","dataset":"d","series":"a","times":[5]}"#, 422, "invalid-request"),
    ])
    func `what is wrong is a problem with a code`(
        method: String, path: String, body: String, status: Int, code: String
    ) async throws {
        try await RunningDaemon.run { daemon in
            try await Self.prepare(daemon, versions: 1)
            _ = try await daemon.send(
                "PUT", "/v1/models/d/aliases/candidate", type: "application/json", body: #"{"version":1}"#)
            let reply = try await daemon.send(method, path, type: "application/json", body: body)
            #expect(reply.status == status && reply["code"] == .string(code), "\(reply)")
        }
    }

    @Test func `a version goes out in two parts and comes in as one body`() async throws {
        try await RunningDaemon.run(bodyLimit: 1 << 20) { daemon in
            try await Self.prepare(daemon, versions: 1)
            let document = try await daemon.get("/v1/models/d/versions/1/document")
            let weights = Data("weights".utf8).base64EncodedString()
            let body = #"{"document":\#(try JSONText.string(document.body)),"weights":"\#(weights)"}"#
            let reply = try await daemon.post("/v1/models/d/versions", json: body)
            #expect(reply.status == 201 && reply.headers["location"] == "/v1/models/d/versions/2", "\(reply)")
            #expect(reply["origin"] == .string("imported"))
            let damaged = body.replacing(weights, with: Data("weightz".utf8).base64EncodedString())
            #expect(try await daemon.post("/v1/models/d/versions", json: damaged)["code"] == .string("model-refused"))
            let format = try #require(document["format"]?.text)
            let newer = body.replacing(format, with: "lode-model-99")
            let other = try await daemon.post("/v1/models/d/versions", json: newer)
            #expect(other["code"] == .string("model-refused"), "\(other)")
            #expect(other["detail"]?.text?.contains("lode-model-99") == true, "\(other)")
        }
    }
}
