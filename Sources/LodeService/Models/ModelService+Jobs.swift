import LodeDomain

extension ModelService {
    /// Work on later data as kinds of jobs.
    public var kinds: [JobKind] {
        [
            JobKind(name: EvaluationRequest.jobKind, EvaluationRequest.self) { request throws(ServiceError) in
                try await check(request)
            },
            JobKind(name: DriftRequest.jobKind, DriftRequest.self) { request throws(ServiceError) in
                try await check(request)
            },
            JobKind(name: CalibrationRequest.jobKind, CalibrationRequest.self) { request throws(ServiceError) in
                try await check(request)
            },
        ]
    }

    /// Enqueues a look at how a version does on the data there are now; the report is stored beside the version.
    public func requestEvaluation(_ request: EvaluationRequest) async throws(ServiceError) -> JobDescription {
        try await check(request)
        return try await enqueue(EvaluationRequest.jobKind, try JSONText.string(request))
    }

    /// Enqueues a fit of a version's bands to the data there are now, which makes a new version.
    public func requestCalibration(_ request: CalibrationRequest) async throws(ServiceError) -> JobDescription {
        try await check(request)
        return try await enqueue(CalibrationRequest.jobKind, try JSONText.string(request))
    }

    /// Throws what is wrong with a request before it becomes a job.
    public func check(_ request: EvaluationRequest) async throws(ServiceError) {
        try await requireVersion(request.model)
        try Self.requireCount(request.threads, "threads", 1...256)
    }

    /// Throws what is wrong with a request before it becomes a job.
    public func check(_ request: DriftRequest) async throws(ServiceError) {
        guard request.drop > 0, request.drop.isFinite else {
            throw .invalidRequest(
                pointer: "/arguments/drop", value: "\(request.drop)", expected: "a number of nats above 0")
        }
        try Self.requireCount(request.newObservations, "newObservations", 1...Int.max)
        try Self.requireCount(request.newSeries, "newSeries", 0...Int.max)
        try Self.requireCount(request.threads, "threads", 1...256)
        try await requireVersion(request.model)
    }

    /// Throws what is wrong with a request before it becomes a job.
    public func check(_ request: CalibrationRequest) async throws(ServiceError) {
        try await requireVersion(request.model)
        try Self.requireCount(request.threads, "threads", 1...256)
        try Self.requireCount(request.keepVersions, "keepVersions", 1...1_000_000)
        try request.promote?.validate(pointer: "/arguments/promote")
    }

    private func requireVersion(_ model: String) async throws(ServiceError) {
        let reference = try ModelReference(parsing: model)
        _ = try await catalog.version(reference.selector, of: catalog.dataset(named: reference.dataset))
    }

    private static func requireCount(
        _ value: Int?, _ name: String, _ range: ClosedRange<Int>
    ) throws(ServiceError) {
        guard let value, !range.contains(value) else { return }
        throw .invalidRequest(
            pointer: "/arguments/\(name)", value: "\(value)",
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    private func enqueue(_ kind: String, _ arguments: String) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in
            try await queue.enqueue(JobRequest(kind: kind, arguments: arguments), at: now())
        }
        return try JobDescription(job, curve: nil)
    }
}
