import LodeService
import LodeServiceTestSupport
import LodeTestSupport
import Testing

/// Bodies that were right before some of their places were replaced, removed, repeated or cut; `scripts/fuzz-bodies.py` sends as
/// many as one likes.
@Suite struct FuzzTests {
    /// A route with a body that it takes.
    struct Valid: Sendable, CustomTestStringConvertible {
        var path: String
        var type = "application/json"
        var body: String

        var testDescription: String { path }
    }

    private static let valid = [
        Valid(
            path: "/v1/predictions",
            body:
                #"{"dataset":"d","series":"a","times":[1,2.5,"x"],"asOf":3,"quantiles":[0.1,0.9],"levels":[80],"samples":4}"#
        ),
        Valid(
            path: "/v1/predictions",
            body:
                #"{"model":"d@1","observations":[{"time":1,"channel":"x","value":2}],"times":{"from":0,"to":9,"count":4}}"#
        ),
        Valid(
            path: "/v1/jobs",
            body: #"{"kind":"probe","arguments":{"seconds":0},"priority":1,"tags":["a"],"unique":{"key":"k"}}"#),
        Valid(
            path: "/v1/schedules",
            body: #"{"name":"s","trigger":{"cron":"1 2 3 * *"},"job":{"kind":"probe"},"paused":true}"#),
        Valid(
            path: "/v2/models/d/infer",
            body:
                #"{"inputs":[{"name":"times","shape":[2],"datatype":"FP64","data":[1,2]},{"name":"series","shape":[1],"datatype":"BYTES","data":["a"]}]}"#
        ),
        Valid(
            path: "/v1/datasets/f/observations", type: "text/csv", body: "series,time,channel,value\na,1,x,2\nb,2,x,3\n"
        ),
        Valid(
            path: "/v1/datasets/f/observations", type: "application/x-ndjson",
            body: #"{"series":"a","time":1,"values":{"x":1}}"#),
        Valid(path: "/write?db=f", type: "text/plain", body: "cpu,host=a use=0.5,n=3i 1000\n"),
    ]

    private static let odd = [
        "null", "true", "0", "-1", "1e308", "-1e999", "9223372036854775808", "\"\"", "\"\\u0000\"", "\"ü\"", "[]", "{}",
        "[[]]",
        "\"2024-02-30T00:00:00Z\"", ",", "\n", "\"", "{", "]", " ", "e", "-", "co2@", "\\",
    ]

    @Test(arguments: valid, [1, 2, 3] as [UInt64])
    func `no body makes the daemon fail, whatever is wrong with it`(valid: Valid, seed: UInt64) async throws {
        try await RunningDaemon.run { daemon in
            try await daemon.fixture.ingest("a,1,x,1")
            try await daemon.fixture.publishModel()
            var generator = SplitMix64(seed: seed)
            for round in 0..<40 {
                var body = valid.body
                for _ in 0..<Int.random(in: 1...3, using: &generator) { Self.bend(&body, &generator) }
                // The status, the type and the shape of the answer are held against the document by the way.
                let reply = try await daemon.head("POST", valid.path, ["content-type": valid.type], body: body)
                #expect(reply.status < 500, "seed \(seed), round \(round): \(body)")
            }
        }
    }

    /// Replaces a piece between two marks of JSON, removes or repeats a stretch, or cuts the text.
    private static func bend(_ text: inout String, _ generator: inout SplitMix64) {
        guard !text.isEmpty else { return }
        func place() -> String.Index {
            text.index(text.startIndex, offsetBy: Int.random(in: 0..<text.count, using: &generator))
        }
        let (one, other) = (place(), place())
        let stretch = min(one, other)..<max(one, other)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: text.insert(contentsOf: odd.randomElement(using: &generator) ?? "", at: one)
        case 1: text.removeSubrange(stretch)
        case 2: text.insert(contentsOf: text[stretch], at: one)
        case 3: text = String(text[..<one])
        default:
            let marks = text.indices.filter { ":,[".contains(text[$0]) }
            guard let start = marks.randomElement(using: &generator).map({ text.index(after: $0) }) else { return }
            let end = text[start...].firstIndex { ",]}".contains($0) } ?? text.endIndex
            text.replaceSubrange(start..<end, with: odd.randomElement(using: &generator) ?? "")
        }
    }
}
