import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import Logging
import NIOCore

extension RouteTable {
    /// Facts of series, changes, deletions, and the way out for observations.
    mutating func addEditing(_ services: APIServices, bodyLimit: Int) {
        for kind in FactKind.allCases {
            let path = "/v1/datasets/{dataset}/\(kind.rawValue)"
            on(.post, path) { request, context in
                let query = try request.query(known: ["partial", "dryRun"])
                let facts = FactRequest(
                    dataset: try context.parameter("dataset"), kind: kind,
                    keepsGoodRows: try IngestBody.flag("partial", query),
                    isRehearsal: try IngestBody.flag("dryRun", query), idempotencyKey: request.idempotencyKey)
                let text = try await request.delimitedBody(limit: bodyLimit)
                return try .json(try await services.ingest.ingest(facts: text, facts))
            }
            on(.get, path) { _, context in
                .csv(try await services.edit.export(facts: kind, of: context.parameter("dataset")))
            }
        }
        on(.post, "/v1/datasets/{dataset}/channels") { request, context in
            let name = try context.parameter("dataset")
            let count = try await services.ingest.ingest(
                channels: request.delimitedBody(limit: bodyLimit), into: name)
            return try .json(["channels": count])
        }
        on(.get, "/v1/datasets/{dataset}/channels") { _, context in
            .csv(try await services.edit.export(channelsOf: context.parameter("dataset")))
        }
        on(.put, "/v1/datasets/{dataset}/channels/{channel}") { request, context in
            let name = try context.parameter("dataset")
            let change = try await request.json(ChannelChange.self, limit: bodyLimit)
            try await services.edit.describe(
                channel: context.parameter("channel"), of: name, unit: change.unit, kind: change.kind)
            return try .json(try await services.catalog.describe(dataset: name))
        }
        on(.get, "/v1/datasets/{dataset}/observations") { request, context in
            _ = try request.query(known: [])
            let name = try context.parameter("dataset")
            // Found or refused before the first byte of the answer.
            _ = try await services.catalog.describe(dataset: name)
            let edit = services.edit
            let logger = context.logger
            return .csv(
                ResponseBody { writer in
                    do {
                        try await ExportStream.run(
                            { write in try await edit.export(dataset: name, write) },
                            to: { part in try await writer.write(ByteBuffer(bytes: part)) })
                    } catch {
                        logger.warning("an export ended early", metadata: ["error": .string("\(error)")])
                        // The connection is cut: what was sent must not pass for the whole.
                        throw error
                    }
                    try await writer.finish(nil)
                })
        }
        on(.get, "/v1/datasets/{dataset}/series/{series}/curve") { request, context in
            let query = try request.query(known: ["channel", "from", "to", "buckets"])
            guard let channel = query["channel"] else {
                throw RequestFault.queryInvalid(parameter: "channel", expected: "the name of a channel")
            }
            return try .json(
                try await services.edit.curve(
                    CurveRequest(
                        dataset: context.parameter("dataset"), series: context.parameter("series"), channel: channel,
                        from: query["from"].map { TimeValue($0) }, to: query["to"].map { TimeValue($0) },
                        buckets: query.wholeNumber("buckets", default: 1000))))
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
            guard try IngestBody.flag("all", query) || query.contains(where: { $0.key != "all" }) else {
                throw RequestFault.queryInvalid(parameter: "all", expected: "true, or one of series, channel, from, to")
            }
            return try .json(
                try await services.edit.deleteObservations(
                    of: name, series: query["series"], channel: query["channel"],
                    from: query["from"].map { TimeValue($0) }, to: query["to"].map { TimeValue($0) }))
        }
    }
}
