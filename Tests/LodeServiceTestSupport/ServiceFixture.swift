package import LodeDomain
package import LodeService
package import LodeStore
import LodeTestSupport

/// The use cases over a fresh database.
package struct ServiceFixture: Sendable {
    package let loader = InterpolatingLoader()
    package let database: LodeDatabase
    package let datasets: SQLiteDatasetStore
    package let queue: SQLiteJobQueue
    package let models: SQLiteModelRegistry
    package let scheduleStore: SQLiteScheduleStore
    package let tokenStore: SQLiteTokenStore
    private let folder: TemporaryFolder
    private let now: Now = { Timestamp(microseconds: 1_700_000_000_000_000) }

    package init() throws {
        folder = try TemporaryFolder()
        database = try LodeDatabase.create(at: folder.path("lode.db"))
        datasets = SQLiteDatasetStore(database, now: now)
        queue = SQLiteJobQueue(database)
        models = SQLiteModelRegistry(database)
        scheduleStore = SQLiteScheduleStore(database)
        tokenStore = SQLiteTokenStore(database)
    }

    package var ingest: IngestService { IngestService(store: datasets, now: now) }
    package var edit: EditService { EditService(store: datasets) }
    package var care: CareService { CareService(keeper: database, now: now) }
    package var catalog: CatalogService { CatalogService(store: datasets, models: models) }
    package var modelService: ModelService {
        ModelService(store: datasets, models: models, loader: loader, queue: queue, now: now)
    }
    package var training: TrainingService { TrainingService(store: datasets, models: models, queue: queue, now: now) }
    package var kinds: JobKinds { JobKinds(training.kinds + modelService.kinds + JobKind.care()) }
    package var jobs: JobService { JobService(queue: queue, kinds: kinds, now: now) }
    /// As a daemon has it whose jobs' files lie in some folders.
    package func jobs(within folders: JobFolders) -> JobService {
        JobService(queue: queue, kinds: JobKinds(JobKind.care(within: folders)), now: now)
    }
    package var schedules: ScheduleService {
        ScheduleService(store: scheduleStore, kinds: kinds, now: now)
    }
    package var prediction: PredictionService {
        PredictionService(store: datasets, models: models, loader: loader)
    }

    /// Tokens whose secret is the same byte over and over.
    package func tokens(secret: UInt8) -> TokenService {
        TokenService(store: tokenStore, now: now, secret: { Array(repeating: secret, count: 32) })
    }

    package func tokenGuard(uptime: @escaping @Sendable () -> UInt64 = { 0 }) -> TokenGuard {
        TokenGuard(store: tokenStore, now: now, uptime: uptime, onFault: { _ in })
    }

    /// Ingests CSV lines without their header.
    @discardableResult
    package func ingest(
        _ lines: String..., into dataset: String = "d", axis: TimeAxis? = nil
    ) async throws -> IngestAnswer {
        let text = (["series,time,channel,value"] + lines).joined(separator: "\n")
        return try await ingest.ingest(csv: Array(text.utf8), into: dataset, timeAxis: axis)
    }

    /// Publishes a model version by way of a job, as a worker does.
    @discardableResult
    package func publishModel(
        of dataset: String = "d", report: EvaluationReport = .winning, weights: String = "weights",
        inputs: [String]? = nil, metadata text: String? = nil
    ) async throws -> ModelVersion? {
        guard let stored = try await datasets.dataset(named: dataset) else { throw StoreError.datasetUnknown(dataset) }
        _ = try await queue.enqueue(JobRequest(kind: "fixture", arguments: "{}"), at: now())
        let claimed = try await queue.claim(kinds: ["fixture"], worker: "fixture", leaseSeconds: 60, at: now())
        guard let claimed else { throw StoreError.busy }
        var metadata = ModelMetadata(
            choices: ["Straight lines."], channels: ["x", "y"], seed: 1, epochs: 1, bestEpoch: 1, trainingSeconds: 0,
            evaluation: report)
        metadata.inputs = inputs
        let draft = ModelVersionDraft(
            dataset: stored.id, watermark: DataWatermark(revision: 1), metadata: try text ?? JSONText.string(metadata),
            weights: Array(weights.utf8))
        return try await queue.complete(claimed.lease, result: "{}", publishing: draft, at: now())
    }
}

extension EvaluationReport {
    /// A report of a model with that mean squared error, against 4, 2 and 1 of the baselines.
    package static func scored(_ meanSquaredError: Double, warnings: [String] = []) -> EvaluationReport {
        let scores = [
            Score(method: "latent-ode", meanSquaredError: meanSquaredError, coverage80: 0.8),
            Score(method: "training-mean", meanSquaredError: 4, coverage80: 0.8),
            Score(method: "last-value", meanSquaredError: 2, coverage80: nil),
            Score(method: "linear-interpolation", meanSquaredError: 1, coverage80: nil),
        ]
        return EvaluationReport(
            interpolation: Regime(pointCount: 9, seriesCount: 3, protocolDescription: "some", scores: scores),
            extrapolation: nil, warnings: warnings)
    }

    /// A report of a model that beats all baselines.
    package static let winning = scored(0.5)
}
