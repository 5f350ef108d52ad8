package import LodeDomain
package import LodeService

extension DaemonClient: CatalogUseCases, CareUseCases {
    package func datasets() async throws -> [DatasetDescription] {
        try await list("datasets", Call(.get, "v1", "datasets"))
    }

    package func describe(dataset name: String) async throws -> DatasetDescription {
        try await value(Call(.get, "v1", "datasets", name))
    }

    package func series(
        of name: String, containing part: String?, after: String?, limit: Int
    ) async throws -> SeriesPage {
        try await value(
            Call(
                .get, "v1", "datasets", name, "series",
                query: [("search", part), ("after", after), ("limit", "\(limit)")]))
    }

    package func modelVersions(of name: String) async throws -> [ModelVersionDescription] {
        try await list("models", Call(.get, "v1", "datasets", name, "models"))
    }

    package func modelVersion(_ reference: ModelReference) async throws -> ModelVersionDescription {
        let selector = try await selector(of: reference)
        return try await value(Call(.get, "v1", "models", reference.dataset, "versions", selector))
    }

    package func examine() async throws -> [Finding] {
        struct Examination: Decodable { var findings: [Finding] }
        return try await value(Call(.get, "v1", "doctor"), as: Examination.self).findings
    }

    /// The version of a reference as it stands in a path.
    func selector(of reference: ModelReference) async throws -> String {
        switch reference.selector {
        case .latest: return ModelAlias.latest
        case .number(let number): return "\(number)"
        case .alias(let alias): return alias
        case .standard:
            let model = try await value(Call(.get, "v1", "models", reference.dataset), as: ModelDescription.self)
            guard let latest = model.versions.first?.version else {
                throw ServiceError.datasetUntrained(reference.dataset)
            }
            return "\(model.aliases.first { $0.alias == ModelAlias.production }?.version ?? latest)"
        }
    }
}
