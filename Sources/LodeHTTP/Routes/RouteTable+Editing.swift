import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import Logging
import NIOCore

extension RouteTable {
    private static let delimitedTypes = ["text/csv", "text/tab-separated-values"]

    /// Facts of series, changes, deletions, and the way out for observations.
    mutating func addEditing(_ services: APIServices) {
        addFacts(services)
        addExports(services)
        on(
            .put, "/v1/datasets/{dataset}/channels/{channel}",
            Operation(
                .write, "Says a channel's unit and kind", body: .json(.reference("ChannelChange")),
                .json(.reference("Dataset")))
        ) { _, context in
            let name = try context.parameter("dataset")
            let change = try await context.json(ChannelChange.self)
            try await services.edit.describe(
                channel: context.parameter("channel"), of: name, unit: change.unit, kind: change.kind)
            return try .json(try await services.catalog.describe(dataset: name))
        }
        on(
            .patch, "/v1/datasets/{dataset}",
            Operation(
                .write, "Changes name or tags", body: .json(.reference("DatasetChange")), .json(.reference("Dataset")),
                problems: [409])
        ) { _, context in
            let name = try context.parameter("dataset")
            let change = try await context.json(DatasetChange.self)
            try await services.edit.change(dataset: name, to: change)
            return try .json(try await services.catalog.describe(dataset: change.name ?? name))
        }
        on(
            .delete, "/v1/datasets/{dataset}",
            Operation(.admin, "Deletes a dataset with its models", .empty, problems: [409])
        ) { _, context in
            try await services.edit.delete(dataset: context.parameter("dataset"))
            return Response(status: .noContent)
        }
        on(
            .delete, "/v1/datasets/{dataset}/observations",
            Operation(
                .write, "Deletes observations",
                query: [
                    .text("series", "only of this series"), .text("channel", "only of this channel"),
                    .text("from", "only from this time on"), .text("to", "only up to this time"),
                    .flag("all", "all of them"),
                ],
                .json(.reference("Deletion")))
        ) { request, context in
            let name = try context.parameter("dataset")
            let query = request.query
            guard try query.flag("all") || query.contains(where: { $0.key != "all" }) else {
                throw RequestFault.queryInvalid(parameter: "all", expected: "true, or one of series, channel, from, to")
            }
            return try .json(
                try await services.edit.deleteObservations(
                    of: name, series: query["series"], channel: query["channel"],
                    from: query["from"].map { TimeValue($0) }, to: query["to"].map { TimeValue($0) }))
        }
    }

    private mutating func addFacts(_ services: APIServices) {
        for kind in FactKind.allCases {
            let path = "/v1/datasets/{dataset}/\(kind.rawValue)"
            on(
                .post, path,
                Operation(
                    .write, "Takes \(kind.rawValue) of series in",
                    query: [.flag("partial", "keep the good rows"), .flag("dryRun", "write nothing")],
                    body: .text(Self.delimitedTypes), .json(.reference("IngestedFacts")), problems: [409])
            ) { request, context in
                let query = request.query
                let facts = FactRequest(
                    dataset: try context.parameter("dataset"), kind: kind,
                    keepsGoodRows: try query.flag("partial"), isRehearsal: try query.flag("dryRun"),
                    idempotencyKey: request.idempotencyKey)
                return try .json(try await services.ingest.ingest(facts: IngestText(context.body), facts))
            }
            on(.get, path, Operation(.read, "Gives the \(kind.rawValue) of all series", .csv)) { _, context in
                .csv(try await services.edit.export(facts: kind, of: context.parameter("dataset")))
            }
        }
        on(
            .post, "/v1/datasets/{dataset}/channels",
            Operation(
                .write, "Says units and kinds of channels", body: .text(Self.delimitedTypes),
                .json(.object(["channels": .integer])))
        ) { _, context in
            let count = try await services.ingest.ingest(
                channels: IngestText(context.body), into: context.parameter("dataset"))
            return try .json(["channels": count])
        }
        on(
            .get, "/v1/datasets/{dataset}/channels", Operation(.read, "Gives units and kinds of channels", .csv)
        ) { _, context in
            .csv(try await services.edit.export(channelsOf: context.parameter("dataset")))
        }
    }

    private mutating func addExports(_ services: APIServices) {
        on(
            .get, "/v1/datasets/{dataset}/observations",
            Operation(.read, "Gives all observations, in one order for the same contents", .csv, isEndless: true)
        ) { _, context in
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
        on(
            .get, "/v1/datasets/{dataset}/series/{series}/curve",
            Operation(
                .read, "Thins one channel of a series for a plot",
                query: [
                    .text("channel", "the channel", isRequired: true), .text("from", "from this time on"),
                    .text("to", "up to this time"), .whole("buckets", 1...10_000, "the most points (1000)"),
                ],
                .json(.reference("Curve")))
        ) { request, context in
            let query = request.query
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
    }
}
