import Foundation
import LodeDomain
import LodeNumerics
import LodeService
import LodeStore
import LodeWork
import Logging

/// What a command works with: the wiring of stores and use cases, in one place.
struct Session {
    let settings: Settings
    let database: LodeDatabase
    let datasets: SQLiteDatasetStore
    let queue: SQLiteJobQueue
    let models: SQLiteModelRegistry
    let now: Now = Clock.now

    /// Opens the database of `settings`, which must exist.
    init(_ settings: Settings) throws(StoreError) {
        self.settings = settings
        database = try LodeDatabase.open(at: settings.database)
        datasets = SQLiteDatasetStore(database, now: Clock.now)
        queue = SQLiteJobQueue(database, clock: .system)
        models = SQLiteModelRegistry(database)
    }

    var ingest: IngestService { IngestService(store: datasets, now: now) }
    var edit: EditService { EditService(store: datasets) }
    var catalog: CatalogService { CatalogService(store: datasets, models: models) }
    /// Every kind of job that may be asked for; ``processor(observer:)`` has a handler for each.
    var kinds: JobKinds { JobKinds([training.kind] + modelService.kinds + JobKind.care) }
    var jobs: JobService { JobService(queue: queue, kinds: kinds, now: now) }
    var schedules: ScheduleService {
        ScheduleService(store: scheduleStore, kinds: kinds, now: now)
    }
    var scheduleStore: SQLiteScheduleStore { SQLiteScheduleStore(database) }
    var training: TrainingService { TrainingService(store: datasets, models: models, queue: queue, now: now) }
    var modelService: ModelService {
        ModelService(store: datasets, models: models, loader: loader, queue: queue, now: now)
    }
    var prediction: PredictionService { PredictionService(store: datasets, models: models, loader: loader) }

    /// A question takes milliseconds: one thread leaves the other cores to other questions.
    private var loader: LatentForecasterLoader {
        LatentForecasterLoader(instructionSet: .best, pool: ThreadPool(threadCount: 1))
    }

    /// Copies the write-ahead log back and closes the file.
    func close() throws(StoreError) { try database.close() }

    /// Throws where the database is out of reach.
    @Sendable func checkReadiness() async throws(ServiceError) {
        do throws(StoreError) {
            _ = try await datasets.dataset(named: "readiness")
        } catch {
            throw .store(error)
        }
    }

    /// A logger at the settings' level, to standard error.
    static func logger(_ label: String, _ settings: Settings) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
        return logger
    }
}
