/// What is there, wherever it is: datasets, series and model versions.
///
/// This protocol and its kin in the folder are what the command line calls. The services conform, for a database file of one's own,
/// and so does the client of a daemon.
public protocol CatalogUseCases: Sendable {
    /// All datasets, by name.
    func datasets() async throws -> [DatasetDescription]
    /// One dataset.
    func describe(dataset name: String) async throws -> DatasetDescription
    /// At most `limit` series of a dataset, by name, after the name `after`; with `part`, those whose name contains it.
    func series(
        of name: String, containing part: String?, after: String?, limit: Int
    ) async throws -> SeriesPage
    /// The model versions of a dataset, newest first.
    func modelVersions(of name: String) async throws -> [ModelVersionDescription]
    /// One model version, with everything that is known of it.
    func modelVersion(_ reference: ModelReference) async throws -> ModelVersionDescription
}

extension CatalogService: CatalogUseCases {}
