import LodeDomain

/// The JSON object in `schedule.job`.
struct ScheduledJobColumn: Codable {
    private var kind: String
    private var arguments: String
    private var queue: String
    private var priority: Int
    private var maxAttempts: Int
    private var tags: [String]
    private var timeoutSeconds: Double?
    private var stallSeconds: Double?
    private var onConflict: JobUniqueness.Conflict?

    static func encode(_ job: ScheduledJob) throws -> String {
        try JSONColumn.encode(
            ScheduledJobColumn(
                kind: job.kind, arguments: job.arguments, queue: job.queue, priority: job.priority,
                maxAttempts: job.maxAttempts, tags: job.tags, timeoutSeconds: job.timeoutSeconds,
                stallSeconds: job.stallSeconds, onConflict: job.onConflict))
    }

    static func decode(_ text: String) throws -> ScheduledJob {
        let column = try JSONColumn.decode(ScheduledJobColumn.self, text)
        return ScheduledJob(
            kind: column.kind, arguments: column.arguments, queue: column.queue, priority: column.priority,
            maxAttempts: column.maxAttempts, tags: column.tags, timeoutSeconds: column.timeoutSeconds,
            stallSeconds: column.stallSeconds, onConflict: column.onConflict)
    }
}
