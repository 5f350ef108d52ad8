/// Asks the workers to train; see ``TrainingService``.
public protocol TrainingUseCases: Sendable {
    /// Enqueues a training run.
    func requestTraining(_ request: TrainingRequest) async throws -> JobDescription
    /// Enqueues a search for settings.
    func requestTuning(_ request: TuningRequest) async throws -> JobDescription
}

extension TrainingService: TrainingUseCases {}
