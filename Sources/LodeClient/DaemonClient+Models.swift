import Foundation
import LodeDomain
package import LodeService

extension DaemonClient: ModelUseCases, PredictionUseCases {
    package func all() async throws -> [ModelDescription] {
        try await list("models", Call(.get, "v1", "models"))
    }

    /// What an alias is moved by.
    private struct AliasOrder: Encodable {
        var version: String?
        var by: String
        var reason: String
    }

    package func promote(
        _ reference: ModelReference, to alias: String, by: String, reason: String
    ) async throws -> ModelAliasDescription {
        let version = try await selector(of: reference)
        return try await value(
            Call(.put, "v1", "models", reference.dataset, "aliases", alias)
                .sending(AliasOrder(version: version, by: by, reason: reason)))
    }

    package func rollBack(
        _ alias: String, of name: String, by: String, reason: String
    ) async throws -> ModelAliasDescription {
        try await value(
            Call(.post, "v1", "models", name, "aliases", alias, "rollback")
                .sending(AliasOrder(by: by, reason: reason)))
    }

    package func removeAlias(
        _ alias: String, of name: String, by: String, reason: String
    ) async throws -> AliasChangeDescription {
        try await value(
            Call(
                .delete, "v1", "models", name, "aliases", alias, query: [("by", by), ("reason", reason)]))
    }

    package func history(of name: String, alias: String?) async throws -> [AliasChangeDescription] {
        try await list("history", Call(.get, "v1", "models", name, "history", query: [("alias", alias)]))
    }

    package func delete(_ reference: ModelReference) async throws -> Int {
        try reference.requireSelector(for: "delete")
        let number: Int
        if case .number(let named) = reference.selector {
            number = named
        } else {
            // What is deleted is what was looked up, whatever the name means a moment later.
            number = try await modelVersion(reference).version
        }
        try await perform(Call(.delete, "v1", "models", reference.dataset, "versions", "\(number)"))
        return number
    }

    package func prune(_ name: String, keepingUnaliased kept: Int) async throws -> [Int] {
        struct Answer: Decodable { var deleted: [Int] }
        return try await value(
            Call(.post, "v1", "models", name, "prune").sending(["keep": kept]), as: Answer.self
        ).deleted
    }

    package func requestEvaluation(_ request: EvaluationRequest) async throws -> JobDescription {
        try await submit(EvaluationRequest.jobKind, request)
    }

    package func requestCalibration(_ request: CalibrationRequest) async throws -> JobDescription {
        try await submit(CalibrationRequest.jobKind, request)
    }

    package func export(_ reference: ModelReference) async throws -> ModelPackage {
        let selector = try await selector(of: reference)
        let document = try await value(
            Call(.get, "v1", "models", reference.dataset, "versions", selector, "document"),
            as: ModelPackage.Document.self)
        // By its number: an alias may have moved meanwhile.
        let weights = try await bytes(
            Call(.get, "v1", "models", reference.dataset, "versions", "\(document.version)", "weights"))
        return ModelPackage(document: document, weights: weights)
    }

    package func add(_ package: ModelPackage, to name: String) async throws -> ModelVersionDescription {
        struct SentPackage: Encodable {
            var document: ModelPackage.Document
            var weights: Data
        }
        return try await value(
            Call(.post, "v1", "models", name, "versions")
                .sending(SentPackage(document: package.document, weights: Data(package.weights))))
    }

    package func predict(_ request: PredictionRequest) async throws -> PredictionAnswer {
        try await value(Call(.post, "v1", "predictions").sending(request))
    }
}
