import HTTPTypes
import Hummingbird
import LodeService

extension RouteTable {
    /// Datasets, their series and models, and the way in for observations.
    mutating func addDatasets(_ services: APIServices) {
        on(
            .post, "/v1/datasets/{dataset}/observations",
            Operation(
                .write, "Takes observations in; all of the body or nothing", query: IngestBody.parameters,
                body: .text(IngestBody.mediaTypes), .json(.reference("Ingested")), problems: [409])
        ) { request, context in
            let ingest = try IngestBody.request(request, dataset: try context.parameter("dataset"))
            return try .json(try await services.ingest.ingest(IngestText(context.body), ingest))
        }
        on(
            .get, "/v1/datasets",
            Operation(
                .read, "Lists datasets by name", query: [.text("tag", "only those with this tag")] + .paging,
                .json(.page("datasets", of: .reference("Dataset"))))
        ) { request, _ in
            let query = request.query
            var datasets = try await services.catalog.datasets()
            if let tag = query["tag"] { datasets = datasets.filter { $0.tags.contains(tag) } }
            return try .json(Page("datasets", datasets, query, byName: \.name))
        }
        on(.get, "/v1/datasets/{dataset}", Operation(.read, "Shows a dataset", .json(.reference("Dataset")))) {
            _, context in
            try .json(try await services.catalog.describe(dataset: context.parameter("dataset")))
        }
        on(
            .get, "/v1/datasets/{dataset}/series",
            Operation(
                .read, "Lists the series of a dataset by name",
                query: [.text("search", "only those with this in the name; case does not count")]
                    + .paging(upTo: 10_000),
                .json(.page("series", of: .reference("Series"))))
        ) { request, context in
            let query = request.query
            let page = try await services.catalog.series(
                of: context.parameter("dataset"), containing: query["search"], after: query["after"],
                limit: query.wholeNumber("limit", default: 100))
            return try .json(page)
        }
        on(
            .get, "/v1/datasets/{dataset}/models",
            Operation(
                .read, "Lists the model versions of a dataset, newest first", query: .paging,
                .json(.page("models", of: .reference("ModelVersion"))))
        ) { request, context in
            let versions = try await services.catalog.modelVersions(of: context.parameter("dataset"))
            return try .json(Page("models", versions, request.query, byNumber: \.version))
        }
        on(
            .get, "/v1/datasets/{dataset}/models/{version}",
            Operation(.read, "Shows a model version", .json(.reference("ModelVersion")))
        ) { _, context in
            let reference = ModelReference(
                dataset: try context.parameter("dataset"),
                selector: try ModelReference.Selector(parsing: context.parameter("version")))
            return try .json(try await services.catalog.modelVersion(reference))
        }
    }
}
