import LodeDomain
import LodeService

/// Follows a job to its end, with its progress on standard error.
struct JobWatch {
    let jobs: any JobUseCases
    /// Whether some other process must run the job.
    let needsWorker: Bool
    let notices: Notices

    /// Returns the job in its final state.
    func follow(_ id: Int64) async throws -> JobDescription {
        let line = ProgressLine(notices)
        let hint = needsWorker ? hint() : nil
        defer { hint?.cancel() }
        var meter = JobMeter()
        try await jobs.follow(id, after: nil) { change in
            if change.state != .available { hint?.cancel() }
            line.show(
                meter.line(change, at: Clock.uptime(), hasBar: Terminal.isInteractive), isNews: change.progress == nil)
        }
        line.end()
        return try await jobs.job(id, curveAfter: .max)
    }

    /// Says what a job waits for that nobody takes; to be called off once somebody does.
    private func hint() -> Task<Void, any Error> {
        Task {
            try await Task.sleep(for: .seconds(5))
            notices.note("No worker has taken the job yet. Start one where the database is: lode worker")
        }
    }
}
