import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore

extension RouteTable {
    /// The model registry: versions, aliases, and the ways in and out.
    mutating func addModels(_ services: APIServices) {
        on(
            .get, "/v1/models",
            Operation(
                .read, "Lists models by name", query: .paging, .json(.page("models", of: .reference("Model"))))
        ) { request, _ in
            try .json(Page("models", try await services.models.all(), request.query, byName: \.dataset))
        }
        on(.get, "/v1/models/{dataset}", Operation(.read, "Shows a model", .json(.reference("Model")))) { _, context in
            try .json(try await services.models.describe(dataset: context.parameter("dataset")))
        }
        on(
            .get, "/v1/models/{dataset}/versions/{version}",
            Operation(.read, "Shows a version", .json(.reference("ModelVersion")))
        ) { _, context in
            try .json(try await services.catalog.modelVersion(Self.reference(context)))
        }
        on(
            .delete, "/v1/models/{dataset}/versions/{version}",
            Operation(.train, "Deletes a version that no alias points at", .empty, problems: [409])
        ) { _, context in
            _ = try await services.models.delete(Self.reference(context))
            return Response(status: .noContent)
        }
        on(
            .post, "/v1/models/{dataset}/prune",
            Operation(
                .train, "Deletes older versions without an alias", body: .json(.reference("PruneOrder")),
                .json(.object(["deleted": .list(of: .integer)])))
        ) { _, context in
            let name = try context.parameter("dataset")
            let order = try await context.json(PruneOrder.self)
            return try .json(["deleted": try await services.models.prune(name, keepingUnaliased: order.keep)])
        }
        on(
            .post, "/v1/models/{dataset}/versions/{version}/evaluate",
            Operation(
                .train, "Enqueues a look at how a version does today", .json(.reference("Job"), status: 202),
                problems: [409])
        ) { _, context in
            let model = try Self.reference(context).description
            return try .accepted(await services.models.requestEvaluation(EvaluationRequest(model: model)))
        }
        on(
            .post, "/v1/models/{dataset}/versions/{version}/calibrate",
            Operation(
                .train, "Enqueues a fit of a version's bands", body: .json(.reference("CalibrationOrder")),
                .json(.reference("Job"), status: 202), problems: [409])
        ) { _, context in
            let model = try Self.reference(context).description
            let order = try await context.json(CalibrationOrder.self)
            return try .accepted(
                await services.models.requestCalibration(
                    CalibrationRequest(model: model, promote: order.promote, keepVersions: order.keepVersions)))
        }
        addAliases(services)
        addPackages(services)
    }

    private mutating func addAliases(_ services: APIServices) {
        on(
            .get, "/v1/models/{dataset}/aliases",
            Operation(
                .read, "Lists the aliases of a model", query: .paging,
                .json(.page("aliases", of: .reference("ModelAlias"))))
        ) { request, context in
            let model = try await services.models.describe(dataset: context.parameter("dataset"))
            return try .json(Page("aliases", model.aliases, request.query, byName: \.alias))
        }
        on(
            .get, "/v1/models/{dataset}/history",
            Operation(
                .read, "Tells who moved which alias when and why, the oldest first",
                query: [.text("alias", "only of this alias")] + .paging,
                .json(.page("history", of: .reference("AliasChange"))))
        ) { request, context in
            let query = request.query
            let changes = try await services.models.history(of: context.parameter("dataset"), alias: query["alias"])
            return try .json(Page("history", oldestFirst: changes, query))
        }
        on(
            .put, "/v1/models/{dataset}/aliases/{alias}",
            Operation(
                .train, "Points an alias at a version", body: .json(.reference("AliasOrder")),
                .json(.reference("ModelAlias")), problems: [409])
        ) { _, context in
            let (name, alias) = (try context.parameter("dataset"), try context.parameter("alias"))
            let order = try await context.json(AliasOrder.self)
            guard let version = order.version else {
                throw ServiceError.invalidRequest(
                    pointer: "/version", value: nil, expected: "the number of a version, or an alias")
            }
            let reference = try version.reference(of: name)
            return try .json(
                try await services.models.promote(
                    reference, to: alias, by: order.author, reason: order.reason ?? ""))
        }
        on(
            .delete, "/v1/models/{dataset}/aliases/{alias}",
            Operation(
                .train, "Takes an alias away", query: [.text("by", "who wants it"), .text("reason", "why")],
                .json(.reference("AliasChange")), problems: [409])
        ) { request, context in
            let query = request.query
            return try .json(
                try await services.models.removeAlias(
                    context.parameter("alias"), of: context.parameter("dataset"), by: query["by"] ?? AliasOrder.anybody,
                    reason: query["reason"] ?? ""))
        }
        on(
            .post, "/v1/models/{dataset}/aliases/{alias}/rollback",
            Operation(
                .train, "Points an alias at the version before", body: .json(.reference("RollbackOrder")),
                .json(.reference("ModelAlias")), problems: [409])
        ) { _, context in
            let (name, alias) = (try context.parameter("dataset"), try context.parameter("alias"))
            let order = try await context.json(AliasOrder.self)
            return try .json(
                try await services.models.rollBack(alias, of: name, by: order.author, reason: order.reason ?? ""))
        }
    }

    private mutating func addPackages(_ services: APIServices) {
        on(
            .get, "/v1/models/{dataset}/versions/{version}/document",
            Operation(.read, "Gives what describes a version", .json(.reference("ModelDocument")))
        ) { _, context in
            try .json(try await services.models.export(Self.reference(context)).document)
        }
        on(
            .get, "/v1/models/{dataset}/versions/{version}/weights",
            Operation(.read, "Gives the weights of a version", .text("application/octet-stream"))
        ) { _, context in
            let package = try await services.models.export(Self.reference(context))
            var headers = HTTPFields()
            headers[.contentType] = "application/octet-stream"
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: package.weights)))
        }
        on(
            .post, "/v1/models/{dataset}/versions",
            Operation(
                .train, "Imports a version", body: .json(.reference("ModelPackage")),
                .json(.reference("ModelVersion"), status: 201))
        ) { _, context in
            let name = try context.parameter("dataset")
            let sent = try await context.json(SentPackage.self)
            let version = try await services.models.add(sent.package, to: name)
            var headers = HTTPFields()
            headers[.location] = "/v1/models/\(name)/versions/\(version.version)"
            return try .json(version, status: .created, headers: headers)
        }
    }

    private static func reference(_ context: APIContext) throws -> ModelReference {
        ModelReference(
            dataset: try context.parameter("dataset"),
            selector: try ModelReference.Selector(parsing: context.parameter("version")))
    }
}
