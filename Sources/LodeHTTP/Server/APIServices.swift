public import LodeService

/// The use cases that the routes are a skin over.
public struct APIServices: Sendable {
    /// Takes observations in.
    public var ingest: IngestService
    /// Changes and exports what is stored.
    public var edit: EditService
    /// Looks after the database.
    public var care: CareService
    /// Shows datasets, series and model versions.
    public var catalog: CatalogService
    /// Curates model versions and aliases.
    public var models: ModelService
    /// Enqueues training.
    public var training: TrainingService
    /// Shows and cancels jobs.
    public var jobs: JobService
    /// Makes, shows and changes schedules.
    public var schedules: ScheduleService
    /// Answers questions.
    public var prediction: PredictionService
    /// Knows the tokens that clients show.
    public var tokens: TokenGuard
    /// What a training chooses where a setting is left open.
    public var openChoices: [OpenChoice]
    /// Throws where the daemon cannot serve, such as when the database is out of reach.
    public var checkReadiness: @Sendable () async throws(ServiceError) -> Void

    /// The use cases.
    public init(
        ingest: IngestService, edit: EditService, care: CareService, catalog: CatalogService, models: ModelService,
        training: TrainingService, jobs: JobService, schedules: ScheduleService,
        prediction: PredictionService, tokens: TokenGuard, openChoices: [OpenChoice],
        checkReadiness: @escaping @Sendable () async throws(ServiceError) -> Void
    ) {
        self.ingest = ingest
        self.edit = edit
        self.care = care
        self.catalog = catalog
        self.models = models
        self.training = training
        self.jobs = jobs
        self.schedules = schedules
        self.prediction = prediction
        self.tokens = tokens
        self.openChoices = openChoices
        self.checkReadiness = checkReadiness
    }
}
