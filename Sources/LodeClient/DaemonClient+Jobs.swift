package import LodeDomain
package import LodeService

extension DaemonClient: JobUseCases, TrainingUseCases {
    package func submit(_ submission: JobSubmission) async throws -> JobDescription {
        try await value(Call(.post, "v1", "jobs").sending(submission))
    }

    package func retry(_ id: Int64) async throws -> JobDescription {
        try await value(Call(.post, "v1", "jobs", "\(id)", "retry"))
    }

    package func jobs(in states: Set<JobState>, limit: Int) async throws -> [JobDescription] {
        let names = states.map(\.rawValue).sorted().joined(separator: ",")
        return try await list(
            "jobs", Call(.get, "v1", "jobs", query: [("state", names.isEmpty ? nil : names)]), limit: limit)
    }

    package func job(_ id: Int64, curveAfter after: Int) async throws -> JobDescription {
        try await value(Call(.get, "v1", "jobs", "\(id)", query: [("after", "\(after)")]))
    }

    package func cancel(_ id: Int64, keepingBest: Bool) async throws -> JobDescription {
        try await value(
            Call(.post, "v1", "jobs", "\(id)", "cancel", query: [("keepBest", keepingBest ? "true" : nil)]))
    }

    package func requestTraining(_ request: TrainingRequest) async throws -> JobDescription {
        try await submit(TrainingRequest.jobKind, request)
    }

    package func requestTuning(_ request: TuningRequest) async throws -> JobDescription {
        try await submit(TuningRequest.jobKind, request)
    }

    /// Enqueues a job with the usual settings.
    func submit(_ kind: String, _ arguments: some Encodable) async throws -> JobDescription {
        try await submit(
            JobSubmission(kind: kind, arguments: try JSONValue(parsing: JSONText.string(arguments))))
    }

    // MARK: - Following

    /// After so many connections in a row that brought nothing, a second apart, the daemon is taken to be gone.
    private static let mostFailures = 30

    /// By server-sent events; a connection that breaks is made again, and goes on where it was.
    package func follow(
        _ job: Int64?, after: Int64?, _ body: (JobChangeDescription) async throws -> Void
    ) async throws {
        var last = after
        var failures = 0
        var isFirst = true
        while true {
            let call =
                job.map { Call(.get, "v1", "jobs", "\($0)", "events", query: [("after", last.map { "\($0)" })]) }
                ?? Call(.get, "v1", "events", query: [("after", last.map { "\($0)" })])
            var reason: (any Error)?
            var events = EventReader()
            do {
                let end = try await stream(call) { part in
                    isFirst = false
                    for event in events.add(part) {
                        if event.name == "end" { return false }
                        let change = try change(event.data)
                        last = change.number
                        failures = 0
                        try await body(change)
                    }
                    return true
                }
                if end != .ended { return }
            } catch let error as ClientError where error.isLostConnection && !isFirst {
                reason = error
            }
            failures += 1
            if failures > Self.mostFailures {
                throw reason ?? ClientError.unreachable(address: address, detail: "it ends every connection")
            }
            try await wait(1)
        }
    }
}

extension ClientError {
    fileprivate var isLostConnection: Bool { if case .unreachable = self { true } else { false } }
}
