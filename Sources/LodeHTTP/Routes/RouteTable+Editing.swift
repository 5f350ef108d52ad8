import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore

extension RouteTable {
    /// Facts of series, changes, deletions, and the way out for observations.
    mutating func addEditing(_ services: APIServices, bodyLimit: Int) {
        for kind in [FactKind.statics, .labels] {
            on(.post, "/v1/datasets/{dataset}/\(kind.rawValue)") { request, context in
                let name = try context.parameter("dataset")
                guard request.mediaType == "text/csv" else {
                    throw RequestFault.mediaTypeUnsupported(expected: "text/csv")
                }
                let text = IngestText(try await request.unpackedBody(limit: bodyLimit))
                return try .json(try await services.ingest.ingest(facts: text, kind, into: name))
            }
        }
        on(.get, "/v1/datasets/{dataset}/observations") { _, context in
            let name = try context.parameter("dataset")
            // Found or refused before the first byte of the answer.
            _ = try await services.catalog.describe(dataset: name)
            var headers = HTTPFields()
            headers[.contentType] = "text/csv"
            let edit = services.edit
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    let (parts, continuation) = AsyncStream.makeStream(of: [UInt8].self)
                    let export = Task {
                        defer { continuation.finish() }
                        try await edit.export(dataset: name) { part in
                            if case .terminated = continuation.yield(part) { false } else { true }
                        }
                    }
                    for await part in parts { try await writer.write(ByteBuffer(bytes: part)) }
                    try await export.value
                    try await writer.finish(nil)
                })
        }
        on(.patch, "/v1/datasets/{dataset}") { request, context in
            let name = try context.parameter("dataset")
            let change = try await request.json(DatasetChange.self, limit: bodyLimit)
            try await services.edit.change(dataset: name, to: change)
            return try .json(try await services.catalog.describe(dataset: change.name ?? name))
        }
        on(.delete, "/v1/datasets/{dataset}") { _, context in
            try await services.edit.delete(dataset: context.parameter("dataset"))
            return Response(status: .noContent)
        }
        on(.delete, "/v1/datasets/{dataset}/observations") { request, context in
            let name = try context.parameter("dataset")
            let query = try request.query(known: ["series", "channel", "from", "to", "all"])
            guard !query.isEmpty else {
                throw RequestFault.queryInvalid(parameter: "all", expected: "true, or one of series, channel, from, to")
            }
            return try .json(
                try await services.edit.deleteObservations(
                    of: name, series: query["series"], channel: query["channel"],
                    from: query["from"].map { TimeValue($0) }, to: query["to"].map { TimeValue($0) }))
        }
    }
}
