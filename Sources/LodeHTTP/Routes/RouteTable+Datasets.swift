import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// Datasets, their series and models, and the way in for observations.
    mutating func addDatasets(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/datasets/{dataset}/observations") { request, context in
            let name = try context.parameter("dataset")
            let axis = try Self.timeAxis(request.query(known: ["timeAxis", "timeUnit"]))
            let text = try await request.bytes(ofType: "text/csv", limit: bodyLimit)
            return try .json(try await services.ingest.ingest(csv: text, into: name, timeAxis: axis))
        }
        on(.get, "/v1/datasets") { request, _ in
            _ = try request.query(known: [])
            return try .json(["datasets": try await services.catalog.datasets()])
        }
        on(.get, "/v1/datasets/{dataset}") { _, context in
            try .json(try await services.catalog.describe(dataset: context.parameter("dataset")))
        }
        on(.get, "/v1/datasets/{dataset}/series") { request, context in
            let query = try request.query(known: ["after", "limit"])
            let page = try await services.catalog.series(
                of: context.parameter("dataset"), after: query["after"],
                limit: query.wholeNumber("limit", default: 100))
            return try .json(page)
        }
        on(.get, "/v1/datasets/{dataset}/models") { _, context in
            let name = try context.parameter("dataset")
            return try .json(["models": try await services.catalog.modelVersions(of: name)])
        }
        on(.get, "/v1/datasets/{dataset}/models/{version}") { _, context in
            guard let number = Int(try context.parameter("version")) else { throw RequestFault.pathInvalid }
            return try .json(
                try await services.catalog.modelVersion(number, of: context.parameter("dataset")))
        }
    }

    /// Without parameters the first time in the body decides.
    private static func timeAxis(_ query: [String: String]) throws(RequestFault) -> TimeAxis? {
        switch (query["timeAxis"], query["timeUnit"]) {
        case (nil, nil): nil
        case ("dateTime", nil): .dateTime
        case ("numeric", let unit), (nil, let unit): .numeric(unit: unit)
        case ("dateTime", _): throw .queryInvalid(parameter: "timeUnit", expected: "none with timeAxis=dateTime")
        default: throw .queryInvalid(parameter: "timeAxis", expected: "numeric or dateTime")
        }
    }
}
