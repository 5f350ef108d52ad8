import LodeDomain
import LodeService

/// Follows a job to its end, with its progress on standard error.
struct JobWatch {
    let jobs: JobService
    /// Whether some other process must run the job.
    let needsWorker: Bool

    /// Returns the job in its final state.
    func follow(_ id: Int64) async throws -> JobDescription {
        let start = Clock.uptime()
        var shown = ""
        var lastLine: UInt64 = 0
        var hasHinted = false
        while true {
            let job = try await jobs.job(id, curveAfter: .max)
            let line = Self.line(job)
            if Terminal.isInteractive {
                if line != shown { Terminal.overwrite(line) }
            } else if line != shown, job.state.isFinal || Clock.uptime() - lastLine > 2_000_000_000 {
                Terminal.note(line)
                lastLine = Clock.uptime()
            }
            shown = line
            if job.state.isFinal {
                if Terminal.isInteractive { Terminal.note("") }
                return job
            }
            if needsWorker, !hasHinted, job.state == .available, Clock.uptime() - start > 5_000_000_000 {
                Terminal.note("No worker has taken the job yet. Start one in another terminal: lode worker")
                hasHinted = true
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private static func line(_ job: JobDescription) -> String {
        var line = "job \(job.id) \(job.state.rawValue)"
        if job.attempt > 1 { line += " (attempt \(job.attempt))" }
        guard let progress = job.progress, !job.state.isFinal else { return line }
        line += ": \(NumberText.percent(progress.fraction)), \(progress.message)"
        return line
    }
}
