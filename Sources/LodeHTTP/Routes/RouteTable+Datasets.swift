import HTTPTypes
import Hummingbird
import LodeService

extension RouteTable {
    /// Datasets, their series and models, and the way in for observations.
    mutating func addDatasets(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/datasets/{dataset}/observations") { request, context in
            let name = try context.parameter("dataset")
            let ingest = try IngestBody.request(request, dataset: name)
            let text = IngestText(try await request.unpackedBody(limit: bodyLimit))
            return try .json(try await services.ingest.ingest(text, ingest))
        }
        on(.get, "/v1/datasets") { request, _ in
            _ = try request.query(known: [])
            return try .json(["datasets": try await services.catalog.datasets()])
        }
        on(.get, "/v1/datasets/{dataset}") { _, context in
            try .json(try await services.catalog.describe(dataset: context.parameter("dataset")))
        }
        on(.get, "/v1/datasets/{dataset}/series") { request, context in
            let query = try request.query(known: ["after", "limit", "search"])
            let page = try await services.catalog.series(
                of: context.parameter("dataset"), containing: query["search"], after: query["after"],
                limit: query.wholeNumber("limit", default: 100))
            return try .json(page)
        }
        on(.get, "/v1/datasets/{dataset}/models") { _, context in
            let name = try context.parameter("dataset")
            return try .json(["models": try await services.catalog.modelVersions(of: name)])
        }
        on(.get, "/v1/datasets/{dataset}/models/{version}") { _, context in
            let reference = ModelReference(
                dataset: try context.parameter("dataset"),
                selector: try ModelReference.Selector(parsing: context.parameter("version")))
            return try .json(try await services.catalog.modelVersion(reference))
        }
    }
}
