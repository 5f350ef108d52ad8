/// Takes in observations, facts and channels; see ``IngestService``.
public protocol IngestUseCases: Sendable {
    /// Takes a text of observations in.
    func ingest(
        _ text: IngestText, _ request: IngestRequest, onProgress: (@Sendable (IngestProgress) -> Void)?
    ) async throws -> IngestAnswer
    /// Takes facts of series in.
    func ingest(facts text: IngestText, _ request: FactRequest) async throws -> FactAnswer
    /// Takes in what channels measure, and returns how many there were.
    func ingest(channels text: IngestText, into name: String) async throws -> Int
}

extension IngestService: IngestUseCases {}
