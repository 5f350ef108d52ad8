/// Answers what series were or will be; see ``PredictionService``.
public protocol PredictionUseCases: Sendable {
    /// Answers a question about one series.
    func predict(_ request: PredictionRequest) async throws -> PredictionAnswer
}

extension PredictionService: PredictionUseCases {}
