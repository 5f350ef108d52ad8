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
    /// What questions share, one at a time: whoever comes while another uses it works alone.
    let pool: ThreadPool
    let now: Now = Clock.now

    /// Opens the database of `settings`, which must exist.
    init(_ settings: Settings, for access: LodeDatabase.Access = .writing) throws(StoreError) {
        self.settings = settings
        database = try LodeDatabase.open(at: settings.database, for: access)
        datasets = SQLiteDatasetStore(database, now: Clock.now)
        queue = SQLiteJobQueue(database, clock: .system)
        models = SQLiteModelRegistry(database)
        pool = ThreadPool(threadCount: ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Opens the database, hands it to `body`, and closes it however that ends, so that no log is left beside the file.
    static func use<Result>(
        _ settings: Settings, for access: LodeDatabase.Access = .writing, _ body: (Session) async throws -> Result
    ) async throws -> Result {
        let session = try Session(settings, for: access)
        let result: Result
        do {
            result = try await body(session)
        } catch {
            do {
                try session.close()
            } catch {
                // What went wrong first is what the user is told.
            }
            throw error
        }
        try session.close()
        return result
    }

    var ingest: IngestService { IngestService(store: datasets, now: now) }
    var edit: EditService { EditService(store: datasets) }
    var care: CareService { CareService(keeper: database, now: now) }
    var catalog: CatalogService { CatalogService(store: datasets, models: models) }
    var jobs: JobService { jobs(of: kinds()) }
    var schedules: ScheduleService { schedules(of: kinds()) }
    var scheduleStore: SQLiteScheduleStore { SQLiteScheduleStore(database) }
    var tokenStore: SQLiteTokenStore { SQLiteTokenStore(database) }
    var tokens: TokenService { TokenService(store: tokenStore, now: now, secret: Self.secret) }
    var training: TrainingService { TrainingService(store: datasets, models: models, queue: queue, now: now) }
    var modelService: ModelService {
        ModelService(store: datasets, models: models, loader: loader, queue: queue, now: now)
    }
    var prediction: PredictionService {
        PredictionService(
            store: datasets, models: models, loader: loader, cachedBytes: settings.httpCacheSize << 20,
            settledMark: { [database] in database.settledMark() })
    }

    /// Every kind of job that may be asked for; ``processor(observer:)`` has a handler for each.
    ///
    /// - Parameter folders: where the files of jobs must lie; nil for anywhere, which is for whoever has the database file anyway.
    func kinds(within folders: JobFolders? = nil) -> JobKinds {
        JobKinds(training.kinds + modelService.kinds + JobKind.care(within: folders))
    }

    func jobs(of kinds: JobKinds) -> JobService { JobService(queue: queue, kinds: kinds, now: now) }

    func schedules(of kinds: JobKinds) -> ScheduleService {
        ScheduleService(store: scheduleStore, kinds: kinds, now: now)
    }

    private var loader: LatentForecasterLoader { LatentForecasterLoader(instructionSet: .best, pool: pool) }

    /// Whether nothing can be written.
    var isReadOnly: Bool { database.isReadOnly }

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

    /// 256 bits of the system's generator, which is fit for secrets.
    private static let secret: @Sendable () -> [UInt8] = {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A logger at the settings' level, to standard error.
    static func logger(_ label: String, _ settings: Settings) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
        return logger
    }
}
