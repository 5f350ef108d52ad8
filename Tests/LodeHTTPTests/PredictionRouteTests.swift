import Foundation
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct PredictionRouteTests {
    private static func prepare(_ daemon: RunningDaemon) async throws {
        _ = try await daemon.post(
            "/v1/datasets/d/observations?timeUnit=days", csv: "a,0,x,0", "a,10,x,10", "b c,1,x,1")
        try await daemon.fixture.publishModel()
    }

    private static let question = #"{"dataset":"d","series":"a","times":[2.5,11]}"#

    @Test(arguments: [
        (accept: "text/csv", format: nil, type: "text/csv; charset=utf-8", start: "series,time,"),
        (
            accept: "text/csv; layout=wide", format: nil, type: "text/csv; charset=utf-8; layout=wide",
            start: "unique_id,ds,"
        ),
        (accept: "application/x-ndjson", format: nil, type: "application/x-ndjson", start: "{\"channels\""),
        (accept: "application/json;q=0.1, text/csv", format: nil, type: "text/csv; charset=utf-8", start: "series,"),
        (accept: "*/*", format: nil, type: "application/json", start: "{\"channels\""),
        (accept: "*/*", format: "csv-wide", type: "text/csv; charset=utf-8; layout=wide", start: "unique_id,"),
    ])
    func `the client chooses the form of the answer`(
        accept: String, format: String?, type: String, start: String
    ) async throws {
        try await RunningDaemon.run { daemon in
            try await Self.prepare(daemon)
            let path = "/v1/predictions" + (format.map { "?format=\($0)" } ?? "")
            let (text, headers) = try await daemon.text(
                "POST", path, body: Self.question, ["content-type": "application/json", "accept": accept])
            #expect(headers["content-type"] == type)
            #expect(text.hasPrefix(start), "\(text.prefix(80))")
        }
    }

    @Test func `a form that does not exist is refused`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.send(
                "POST", "/v1/predictions", type: "application/json", data: Data(Self.question.utf8),
                headers: ["accept": "image/png"])
            #expect(reply.status == 406 && reply["code"] == .string("not-acceptable"))
            let other = try await daemon.post("/v1/predictions?format=xml", json: Self.question)
            #expect(other.status == 422)
        }
    }

    @Test func `clients of the open inference protocol find their way`() async throws {
        try await RunningDaemon.run { daemon in
            try await Self.prepare(daemon)
            #expect(try await daemon.get("/v2/health/ready")["ready"] == .bool(true))
            let model = try await daemon.get("/v2/models/d")
            #expect(model["versions"] == .array([.string("1")]))
            #expect(try await daemon.get("/v2/models/d/versions/1/ready")["ready"] == .bool(true))
            let answer = try await daemon.post(
                "/v2/models/d/infer",
                json: """
                    {"id":"7","inputs":[{"name":"times","datatype":"FP64","shape":[2],"data":[2.5,11]},
                     {"name":"series","datatype":"BYTES","shape":[1],"data":["a"]}],
                     "outputs":[{"name":"median"},{"name":"channels"}]}
                    """)
            #expect(answer.status == 200 && answer["id"] == .string("7") && answer["model_version"] == .string("1"))
            guard case .array(let outputs)? = answer["outputs"], case .object(let median)? = outputs.first else {
                Issue.record("no outputs in \(answer)")
                return
            }
            #expect(median["data"] == .array([.number(2.5), .integer(0), .integer(10), .integer(0)]))
            #expect(median["shape"] == .array([.integer(2), .integer(2)]))
            let wrong = try await daemon.post(
                "/v2/models/d/infer",
                json: #"{"inputs":[{"name":"times","datatype":"FP64","shape":[3],"data":[2.5,11]}]}"#)
            #expect(wrong.status == 422 && wrong.place("pointer") == .string("/inputs/0/shape"))
        }
    }

    @Test func `what was asked is counted`() async throws {
        try await RunningDaemon.run { daemon in
            try await Self.prepare(daemon)
            _ = try await daemon.post("/v1/predictions", json: Self.question)
            let text = try await daemon.text("/metrics")
            #expect(text.contains("lode_predicted_times_total 2"))
            #expect(
                text.contains(#"lode_http_requests_total{method="POST",route="/v1/predictions",status="200"} 1"#),
                "\(text)")
            #expect(text.contains(#"lode_jobs{state="available"} 0"#))
            #expect(text.contains("process_resident_memory_bytes "))
        }
    }

    @Test func `a request for another server, or from another site's page, is refused`() async throws {
        try await RunningDaemon.run { daemon in
            let rebound = try await daemon.send("GET", "/livez", data: nil, headers: ["host": "evil.example"])
            #expect(rebound.status == 421 && rebound["code"] == .string("host-unknown"))
            let foreign = try await daemon.send(
                "GET", "/v1/datasets", data: nil, headers: ["origin": "https://evil.example"])
            #expect(foreign.status == 403 && foreign["code"] == .string("origin-foreign"))
            let own = try await daemon.send(
                "GET", "/v1/datasets", data: nil, headers: ["origin": "http://localhost:7433"])
            #expect(own.status == 200 && own.headers["x-content-type-options"] == "nosniff")
        }
    }
}
