import LodeClient
import LodeService
import LodeStore

/// What commands call, and where it is done: on a database file, by this process, or by a daemon.
struct UseCases: Sendable {
    let catalog: any CatalogUseCases
    let edit: any EditUseCases
    let ingest: any IngestUseCases
    let training: any TrainingUseCases
    let models: any ModelUseCases
    let jobs: any JobUseCases
    let schedules: any ScheduleUseCases
    let prediction: any PredictionUseCases
    let care: any CareUseCases
    /// The wiring over the database file; nil where a daemon has it.
    let session: Session?

    /// Those of a database file.
    init(_ session: Session) {
        catalog = session.catalog
        edit = session.edit
        ingest = session.ingest
        training = session.training
        models = session.modelService
        jobs = session.jobs
        schedules = session.schedules
        prediction = session.prediction
        care = session.care
        self.session = session
    }

    /// Those of a daemon.
    init(_ client: DaemonClient) {
        catalog = client
        edit = client
        ingest = client
        training = client
        models = client
        jobs = client
        schedules = client
        prediction = client
        care = client
        session = nil
    }

    /// What a command is about to do to a database file.
    enum Access {
        case reading
        case writing
    }

    /// Hands the use cases to `body` where the settings say that they are, and closes file or connections however that ends.
    static func reach<Result>(
        _ settings: Settings, for access: Access = .writing, _ body: (UseCases) async throws -> Result
    ) async throws -> Result {
        guard !settings.server.isEmpty else {
            let access: LodeDatabase.Access = access == .reading ? .reading : .writing
            return try await Session.use(settings, for: access) { try await body(UseCases($0)) }
        }
        return try await DaemonClient.use(
            settings.server, token: settings.token.isEmpty ? nil : settings.token,
            certificate: settings.serverCertificate.isEmpty ? nil : settings.serverCertificate,
            wait: { try await Task.sleep(for: .seconds($0)) }
        ) { try await body(UseCases($0)) }
    }
}
