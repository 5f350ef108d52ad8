import GRDB
import LodeDomain

/// Looks for jobs that do not move.
struct JobExamination {
    let now: Timestamp

    /// A lease that ended longer ago than this would have been found by any worker.
    private let overdueSeconds = 60.0
    /// Failures within this time are worth a mention.
    private let recentSeconds = 86_400.0

    func findings(_ db: Database) throws -> [Finding] {
        [try abandoned(db), try waiting(db), try discarded(db)]
    }

    private func abandoned(_ db: Database) throws -> Finding {
        let count = try count(
            "state = 'running' AND lease_expires_at < ?", now.advanced(bySeconds: -overdueSeconds), db)
        guard count > 0 else { return Finding("abandoned-jobs", .ok, "Every running job has a live worker.") }
        return Finding(
            "abandoned-jobs", .warning, "\(count) jobs run under a worker that is gone.",
            advice: "Start a worker with `lode worker`: it takes them over from their last snapshots.")
    }

    private func waiting(_ db: Database) throws -> Finding {
        let since = now.advanced(bySeconds: -overdueSeconds)
        let waiting = try count(
            "state IN ('available', 'scheduled', 'retryable') AND available_at < ?", since, db)
        let running = try count("state = 'running' AND lease_expires_at >= ?", now, db)
        guard waiting > 0, running == 0 else {
            return Finding("waiting-jobs", .ok, "\(waiting) jobs wait for a worker, \(running) run.")
        }
        return Finding(
            "waiting-jobs", .warning, "\(waiting) jobs have waited for more than a minute and none runs.",
            advice: "Start a worker with `lode worker`, or look whether one serves their kinds and queues.")
    }

    private func discarded(_ db: Database) throws -> Finding {
        let count = try count(
            "state = 'discarded' AND finished_at >= ?", now.advanced(bySeconds: -recentSeconds), db)
        guard count > 0 else { return Finding("discarded-jobs", .ok, "No job was given up in the last day.") }
        return Finding(
            "discarded-jobs", .warning, "\(count) jobs were given up in the last day.",
            advice: "`lode jobs` shows why; after mending the cause, enqueue them again.")
    }

    private func count(_ condition: String, _ moment: Timestamp, _ db: Database) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM job WHERE \(condition)", arguments: [moment.microseconds]) ?? 0
    }
}
