import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore

extension RouteTable {
    /// The model registry: versions, aliases, and the ways in and out.
    mutating func addModels(_ services: APIServices, bodyLimit: Int) {
        on(.get, "/v1/models") { request, _ in
            _ = try request.query(known: [])
            return try .json(["models": try await services.models.all()])
        }
        on(.get, "/v1/models/{dataset}") { _, context in
            try .json(try await services.models.describe(dataset: context.parameter("dataset")))
        }
        on(.get, "/v1/models/{dataset}/versions/{version}") { _, context in
            try .json(try await services.catalog.modelVersion(Self.reference(context)))
        }
        on(.delete, "/v1/models/{dataset}/versions/{version}") { _, context in
            _ = try await services.models.delete(Self.reference(context))
            return Response(status: .noContent)
        }
        on(.post, "/v1/models/{dataset}/prune") { request, context in
            let name = try context.parameter("dataset")
            let order = try await request.json(PruneOrder.self, limit: bodyLimit)
            return try .json(["deleted": try await services.models.prune(name, keepingUnaliased: order.keep)])
        }
        on(.post, "/v1/models/{dataset}/versions/{version}/evaluate") { _, context in
            let model = try Self.reference(context).description
            return try Self.accepted(await services.models.requestEvaluation(EvaluationRequest(model: model)))
        }
        on(.post, "/v1/models/{dataset}/versions/{version}/calibrate") { request, context in
            let model = try Self.reference(context).description
            let order = try await request.json(CalibrationOrder.self, limit: bodyLimit)
            return try Self.accepted(
                await services.models.requestCalibration(
                    CalibrationRequest(model: model, promote: order.promote, keepVersions: order.keepVersions)))
        }
        addAliases(services, bodyLimit: bodyLimit)
        addPackages(services, bodyLimit: bodyLimit)
    }

    private mutating func addAliases(_ services: APIServices, bodyLimit: Int) {
        on(.get, "/v1/models/{dataset}/aliases") { _, context in
            let model = try await services.models.describe(dataset: context.parameter("dataset"))
            return try .json(["aliases": model.aliases])
        }
        on(.get, "/v1/models/{dataset}/history") { request, context in
            let alias = try request.query(known: ["alias"])["alias"]
            let name = try context.parameter("dataset")
            return try .json(["history": try await services.models.history(of: name, alias: alias)])
        }
        on(.put, "/v1/models/{dataset}/aliases/{alias}") { request, context in
            let (name, alias) = (try context.parameter("dataset"), try context.parameter("alias"))
            let order = try await request.json(AliasOrder.self, limit: bodyLimit)
            guard let version = order.version else {
                throw ServiceError.invalidRequest(
                    pointer: "/version", value: nil, expected: "the number of a version, or an alias")
            }
            let reference = try version.reference(of: name)
            return try .json(
                try await services.models.promote(
                    reference, to: alias, by: order.author, reason: order.reason ?? ""))
        }
        on(.delete, "/v1/models/{dataset}/aliases/{alias}") { request, context in
            let query = try request.query(known: ["by", "reason"])
            return try .json(
                try await services.models.removeAlias(
                    context.parameter("alias"), of: context.parameter("dataset"), by: query["by"] ?? AliasOrder.anybody,
                    reason: query["reason"] ?? ""))
        }
        on(.post, "/v1/models/{dataset}/aliases/{alias}/rollback") { request, context in
            let (name, alias) = (try context.parameter("dataset"), try context.parameter("alias"))
            let order = try await request.json(AliasOrder.self, limit: bodyLimit)
            return try .json(
                try await services.models.rollBack(alias, of: name, by: order.author, reason: order.reason ?? ""))
        }
    }

    private mutating func addPackages(_ services: APIServices, bodyLimit: Int) {
        on(.get, "/v1/models/{dataset}/versions/{version}/document") { _, context in
            try .json(try await services.models.export(Self.reference(context)).document)
        }
        on(.get, "/v1/models/{dataset}/versions/{version}/weights") { _, context in
            let package = try await services.models.export(Self.reference(context))
            var headers = HTTPFields()
            headers[.contentType] = "application/octet-stream"
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: package.weights)))
        }
        on(.post, "/v1/models/{dataset}/versions") { request, context in
            let name = try context.parameter("dataset")
            let sent = try await request.json(SentPackage.self, limit: bodyLimit)
            let version = try await services.models.add(sent.package, to: name)
            var headers = HTTPFields()
            headers[.location] = "/v1/models/\(name)/versions/\(version.version)"
            return try .json(version, status: .created, headers: headers)
        }
    }

    private static func accepted(_ job: JobDescription) throws -> Response {
        var headers = HTTPFields()
        headers[.location] = "/v1/jobs/\(job.id)"
        return try .json(job, status: .accepted, headers: headers)
    }

    private static func reference(_ context: APIContext) throws -> ModelReference {
        ModelReference(
            dataset: try context.parameter("dataset"),
            selector: try ModelReference.Selector(parsing: context.parameter("version")))
    }
}
