import HTTPTypes
import Hummingbird
import LodeService

extension RouteTable {
    /// The question that all the rest is for.
    mutating func addPredictions(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/predictions") { request, _ in
            let question = try await request.json(PredictionRequest.self, limit: bodyLimit)
            return try .json(try await services.prediction.predict(question))
        }
    }
}
