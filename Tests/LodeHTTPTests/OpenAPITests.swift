import LodeService
import Testing

@Suite struct OpenAPITests {
    @Test func `every operation says who may ask, what it takes and what it answers`() async throws {
        try await RunningDaemon.run { daemon in
            let operations = daemon.document.operations
            #expect(operations.count > 75)
            for operation in operations {
                let name = "\(operation.method) \(operation.path)"
                #expect(operation.members["summary"]?.text?.isEmpty == false, "\(name)")
                #expect(operation.responses().keys.contains { $0.hasPrefix("2") }, "\(name)")
                let parameters = operation.members["parameters"]?.elements ?? []
                let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.count
                #expect(parameters.filter { $0.members?["in"] == .string("path") }.count == inPath, "\(name)")
            }
            let ids = operations.compactMap { $0.members["operationId"]?.text }
            #expect(Set(ids).count == operations.count)
        }
    }

    @Test func `a body's schema has the keys that the daemon knows, and no others`() async throws {
        try await RunningDaemon.run { daemon in
            var checked = 0
            for operation in daemon.document.operations {
                guard let schema = operation.bodySchema else { continue }
                let known = daemon.document.resolved(schema)
                guard known["additionalProperties"] == .bool(false) else { continue }
                let path = operation.path.replacing(/\{[a-z]+\}/, with: "1")
                let reply = try await daemon.send(
                    operation.method, path, type: "application/json", body: #"{"nobody knows this":1}"#)
                let detail = try #require(reply["detail"]?.text, "\(operation.path)")
                let match = try #require(detail.firstMatch(of: /known keys \((.*?)\)/), "\(operation.path): \(detail)")
                let keys = match.1.split(separator: ", ").map(String.init)
                #expect(Set(keys) == Set((known["properties"]?.members ?? [:]).keys), "\(operation.path)")
                checked += 1
            }
            #expect(checked >= 11)
        }
    }

    @Test func `a query parameter that the document does not name is refused, by a list of those it does`() async throws
    {
        try await RunningDaemon.run { daemon in
            for operation in daemon.document.operations where operation.method == "GET" {
                let path = operation.path.replacing(/\{[a-z]+\}/, with: "1")
                let parameters = (operation.members["parameters"]?.elements ?? []).compactMap(\.members)
                    .filter { $0["in"] == .string("query") }.compactMap { $0["name"]?.text }
                let reply = try await daemon.get(path + "?nobodyknowsthis=1")
                // Clients of InfluxDB add what they like.
                guard reply.status == 422 else {
                    #expect(path.hasSuffix("/ping") || path.hasSuffix("/health"), "\(path): \(reply.status)")
                    continue
                }
                let detail = try #require(reply["detail"]?.text)
                #expect(parameters.allSatisfy { detail.contains($0) }, "\(path): \(detail)")
                #expect(reply.place("parameter") == .string("nobodyknowsthis"))
            }
        }
    }

    @Test func `a body with several faults has them all told, each with its pointer`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.post(
                "/v1/predictions",
                json: #"{"dataset":"d","series":"a","times":"noon","samples":0,"quantiles":[0.5,"x"],"nois":true}"#)
            #expect(reply.status == 422)
            let pointers = reply["errors"]?.elements?.compactMap { $0.members?["pointer"]?.text } ?? []
            #expect(Set(pointers) == ["/nois", "/quantiles/1", "/samples", "/times"])
            #expect(pointers.count == 4)
        }
    }

    @Test func `what times may be is said where they are something else`() async throws {
        try await RunningDaemon.run { daemon in
            let reply = try await daemon.post("/v1/predictions", json: #"{"dataset":"d","series":"a","times":"noon"}"#)
            let detail = try #require(reply["detail"]?.text)
            #expect(detail.hasPrefix("/times: expected a list of times") && detail.contains("count"))
        }
    }
}
