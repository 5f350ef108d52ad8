import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ProblemTests {
    /// A request that is wrong, and the problem it is answered by.
    struct Wrong: Sendable, CustomTestStringConvertible {
        var method = "POST"
        var path = "/v1/jobs"
        var type: String? = "application/json"
        var body: String?
        var status: Int
        var code: String

        var testDescription: String { "\(method) \(path) \(body?.prefix(40) ?? "")" }
    }

    private static let csv = "series,time,channel,value\n"

    @Test(arguments: [
        Wrong(method: "GET", path: "/nowhere", type: nil, status: 404, code: "not-found"),
        Wrong(method: "GET", path: "/v1/jobs/one", type: nil, status: 404, code: "not-found"),
        Wrong(method: "GET", path: "/v1/jobs/99", type: nil, status: 404, code: "job-not-found"),
        Wrong(method: "PUT", path: "/v1/jobs", body: "{}", status: 405, code: "method-not-allowed"),
        Wrong(method: "GET", path: "/v1/predictions", type: nil, status: 405, code: "method-not-allowed"),
        Wrong(type: "text/plain", body: "{}", status: 415, code: "media-type-unsupported"),
        Wrong(type: nil, body: "{}", status: 415, code: "media-type-unsupported"),
        Wrong(body: "{bad", status: 400, code: "malformed-json"),
        Wrong(body: "[]", status: 422, code: "invalid-request"),
        Wrong(body: #"{"kind":"train"}"#, status: 422, code: "invalid-request"),
        Wrong(body: #"{"kind":"dance","arguments":{}}"#, status: 422, code: "job-kind-unknown"),
        Wrong(
            body: #"{"kind":"train","arguments":{"dataset":"x"}}"#, status: 404, code: "dataset-not-found"),
        Wrong(body: #"{"kind":"train","arguments":{"dataset":"d"}}"#, status: 409, code: "too-little-data"),
        Wrong(method: "GET", path: "/v1/jobs?state=lost", type: nil, status: 422, code: "invalid-request"),
        Wrong(method: "GET", path: "/v1/jobs?limit=0", type: nil, status: 422, code: "invalid-request"),
        Wrong(method: "GET", path: "/v1/datasets?x=1", type: nil, status: 422, code: "invalid-request"),
        Wrong(method: "GET", path: "/v1/datasets/e", type: nil, status: 404, code: "dataset-not-found"),
        Wrong(method: "GET", path: "/v1/datasets/d/models/9", type: nil, status: 404, code: "model-version-not-found"),
        Wrong(
            path: "/v1/datasets/d/observations", type: "text/csv", body: csv + "a,1,x,nan", status: 422,
            code: "invalid-input"),
        Wrong(
            path: "/v1/datasets/d/observations?timeAxis=dateTime", type: "text/csv", body: csv + "a,1,x,1", status: 409,
            code: "time-axis-mismatch"),
        Wrong(
            path: "/v1/datasets/a%20b/observations", type: "text/csv", body: csv + "a,1,x,1", status: 422,
            code: "invalid-dataset-name"),
        Wrong(
            path: "/v1/datasets/d/observations", type: "text/csv", body: String(repeating: "x", count: 5000),
            status: 413, code: "body-too-large"),
        Wrong(
            path: "/v1/predictions", body: #"{"dataset":"d","series":"q","times":[1]}"#, status: 404,
            code: "series-not-found"),
        Wrong(
            path: "/v1/predictions", body: #"{"dataset":"d","series":"a","times":["noon"]}"#, status: 422,
            code: "invalid-request"),
        Wrong(
            path: "/v1/predictions", body: #"{"dataset":"d","series":"a","times":[1e300]}"#, status: 422,
            code: "time-out-of-reach"),
        Wrong(
            path: "/v1/predictions", body: #"{"dataset":"fresh","series":"a","times":[1]}"#, status: 409,
            code: "dataset-untrained"),
        Wrong(
            path: "/v1/predictions", body: #"{"dataset":"spoilt","series":"a","times":[1]}"#, status: 503,
            code: "corrupt-model"),
    ])
    func `every error is a problem document`(wrong: Wrong) async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.publishModel()
            try await daemon.fixture.ingest("a,1,x,1", into: "fresh")
            try await daemon.fixture.ingest("a,1,x,1", into: "spoilt")
            try await daemon.fixture.publishModel(of: "spoilt", weights: "spoilt")
            let reply = try await daemon.send(wrong.method, wrong.path, type: wrong.type, body: wrong.body)
            #expect(reply.status == wrong.status)
            #expect(reply.type == "application/problem+json")
            #expect(reply["code"] == .string(wrong.code))
            #expect(reply["type"] == .string("/problems/\(wrong.code)"))
            #expect(reply["status"] == .integer(Int64(wrong.status)))
            #expect(reply["title"] != nil && reply["detail"] != nil)
            // Whole seconds, on every answer that another try may mend, and on no other.
            let isWorthAnother = [503, 507].contains(wrong.status)
            #expect((reply.headers["retry-after"].flatMap { Int($0) } != nil) == isWorthAnother)
            #expect(reply["requestId"] == reply.headers["x-request-id"].map { .string($0) })
            // What the type refers to is there.
            let page = try await daemon.get("/problems/\(wrong.code)")
            #expect(page.status == 200 && page["code"] == .string(wrong.code))
            #expect(page["status"] == .integer(Int64(wrong.status)) && page["title"] == reply["title"])
        }
    }

    @Test func `a fault in a CSV body names its line and field, and nothing is written`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.post("/v1/datasets/d/observations", csv: "a,1,x,1", "a,2,x,oops")
            #expect(reply.place("line") == .integer(3) && reply.place("column") == .integer(4))
            #expect(try await daemon.get("/v1/datasets")["datasets"] == .array([]))
        }
    }

    @Test func `a fault inside Lode tells no internals`() async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.publishModel()
            let reply = try await daemon.post(
                "/v1/predictions", json: #"{"dataset":"d","series":"a","times":[2e16]}"#)
            #expect(reply.status == 500)
            #expect(try !#require(reply["detail"]?.text).contains("private"))
        }
    }

    @Test func `a wrong method is answered by those allowed`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.send("PUT", "/v1/jobs")
            #expect(reply.headers["allow"] == "GET, HEAD, POST")
        }
    }
}
