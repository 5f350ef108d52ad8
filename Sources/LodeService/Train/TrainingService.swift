public import LodeDomain

/// Asks the workers to train.
public struct TrainingService: Sendable {
    /// The fewest series that training takes as they are: one part trains, one stops the training early, one measures the
    /// model.
    public static let leastSeries = 3
    /// The fewest observations of fewer series, which are cut into windows.
    public static let leastObservationsOfLongSeries = 80
    /// The fewest observations that training takes.
    public static let leastObservations = 20

    private let catalog: CatalogService
    private let queue: any JobQueue
    private let now: Now

    /// Reads datasets from `store` and enqueues in `queue`.
    public init(store: any DatasetStore, models: any ModelRegistry, queue: any JobQueue, now: @escaping Now) {
        catalog = CatalogService(store: store, models: models)
        self.queue = queue
        self.now = now
    }

    /// Enqueues a training run; the answer is the job as it waits for a worker.
    ///
    /// Throws ``ServiceError/datasetNotFound(_:nearest:)``, ``ServiceError/tooLittleData(dataset:series:observations:)``
    /// and ``ServiceError/invalidRequest(pointer:value:expected:)``.
    public func requestTraining(_ request: TrainingRequest) async throws(ServiceError) -> JobDescription {
        try await check(request)
        return try await enqueue(TrainingRequest.jobKind, arguments: JSONText.string(request))
    }

    /// Enqueues a search for settings; throws as ``requestTraining(_:)`` does.
    public func requestTuning(_ request: TuningRequest) async throws(ServiceError) -> JobDescription {
        try await check(request)
        return try await enqueue(TuningRequest.jobKind, arguments: JSONText.string(request))
    }

    /// Training and the search for its settings as kinds of jobs.
    public var kinds: [JobKind] {
        [
            JobKind(name: TrainingRequest.jobKind, TrainingRequest.self) { request throws(ServiceError) in
                try await check(request)
            },
            JobKind(name: TuningRequest.jobKind, TuningRequest.self) { request throws(ServiceError) in
                try await check(request)
            },
        ]
    }

    /// Throws where the request could not be met as things stand.
    private func check(_ request: TuningRequest) async throws(ServiceError) {
        try request.validate()
        try await check(request.training)
    }

    /// Throws where the request could not be met as things stand.
    private func check(_ request: TrainingRequest) async throws(ServiceError) {
        try request.validate()
        let dataset = try await catalog.dataset(named: request.dataset)
        let summary = try await catalog.summary(of: dataset)
        let least =
            summary.seriesCount >= Self.leastSeries ? Self.leastObservations : Self.leastObservationsOfLongSeries
        guard summary.seriesCount >= 1, summary.observationCount >= least else {
            throw .tooLittleData(
                dataset: dataset.name, series: summary.seriesCount, observations: summary.observationCount)
        }
    }

    private func enqueue(_ kind: String, arguments: String) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in
            try await queue.enqueue(JobRequest(kind: kind, arguments: arguments), at: now())
        }
        return try JobDescription(job, curve: nil)
    }
}
