import ArgumentParser
import Foundation
import LodeDomain
import LodeService

struct EnqueueJob: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Asks for a job of any kind.",
        discussion: """
            Kinds: train, backup (folder, keep), prune (jobsOlderThanDays, snapshotsOlderThanDays), import (file, dataset), \
            probe (seconds), and more: docs/jobs.md has the arguments of each. Paths are absolute, since the worker may run \
            elsewhere.

            Example: lode jobs enqueue backup --arguments '{"folder":"/var/backups","keep":7}'
            Example: lode jobs enqueue import --arguments '{"file":"/data/all.csv","dataset":"plant"}' --queue bulk
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The kind of job.") var kind: String
    @Option(help: "Its arguments, a JSON object.") var arguments = "{}"
    @Option(help: "Its queue; workers may serve some queues only.") var queue = JobRequest.defaultQueue
    @Option(help: "0 runs first, 9 last.") var priority = JobRequest.defaultPriority
    @Option(help: "After how many attempts a failure is final.") var maxAttempts = JobRequest.defaultMaxAttempts
    @Option(help: "The earliest moment it may run, such as 2024-05-01T12:00:00Z.") var notBefore: String?
    @Option(help: "Of jobs with this key and kind at most one is unfinished.") var unique: String?
    @Option(help: "With --unique: returnExisting (the default), rerunAfter, replaceArguments or reject.")
    var onConflict: String?
    @Option(help: "Seconds that an attempt may take.") var timeout: Double?
    @Option(help: "Seconds that an attempt may go without reporting progress.") var stall: Double?
    @Option(name: .customLong("tag"), help: "A word to find it by; may be given more than once.") var tags: [String] =
        []
    @Option(help: "How many such jobs.") var count = 1
    @Flag(help: "Print the job as JSON.") var json = false

    func validate() throws {
        guard (1...100_000).contains(count) else { throw ValidationError("--count is 1 to 100000.") }
        if let onConflict, JobUniqueness.Conflict(rawValue: onConflict) == nil {
            throw ValidationError("--on-conflict is returnExisting, rerunAfter, replaceArguments or reject.")
        }
        if onConflict != nil, unique == nil { throw ValidationError("--on-conflict needs --unique.") }
    }

    func perform(_ settings: Settings) async throws {
        let submission = JobSubmission(
            kind: kind, arguments: try JSONText.decode(JSONValue.self, from: Data(arguments.utf8)), queue: queue,
            priority: priority, maxAttempts: maxAttempts, notBefore: notBefore, tags: tags,
            unique: unique.map {
                JobSubmission.Uniqueness(
                    key: $0, onConflict: onConflict.flatMap(JobUniqueness.Conflict.init) ?? .returnExisting)
            }, timeoutSeconds: timeout, stallSeconds: stall)
        let first = try await UseCases.reach(settings) { try await submit(submission, $0.jobs) }
        if json { return try Terminal.result(json: first) }
        Terminal.result(
            count == 1 ? "Job \(first.id) is \(first.state.rawValue)." : "\(count) jobs are \(first.state.rawValue).")
    }

    /// Enqueues as many as asked; the first of them.
    private func submit(_ submission: JobSubmission, _ jobs: any JobUseCases) async throws -> JobDescription {
        let first = try await jobs.submit(submission)
        // Many at a time share a transaction.
        for start in stride(from: 1, to: count, by: 500) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in start..<min(start + 500, count) {
                    group.addTask { _ = try await jobs.submit(submission) }
                }
                try await group.waitForAll()
            }
        }
        return first
    }
}

struct RetryJob: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Makes a job that waits or has ended available at once.",
        discussion: "Example: lode jobs retry 1")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The number of the job.") var job: Int64
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let job = try await UseCases.reach(settings) { try await $0.jobs.retry(self.job) }
        if json { return try Terminal.result(json: job) }
        Terminal.result("Job \(job.id) is \(job.state.rawValue).")
    }
}

struct WatchJobs: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follows a job to its end, or all jobs until Ctrl-C.",
        discussion: """
            A line for each change of state and report of progress, from the beginning of the job; with --server by \
            server-sent events.

            Example: lode jobs watch 1
            Example: lode jobs watch --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The number of the job; all jobs without it.") var job: Int64?
    @Option(help: "Begin after the change of this number.") var after: Int64?
    @Flag(help: "Print each change as a line of JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.jobs.follow(job, after: after) { change in
                Terminal.result(json ? try JSONText.string(change) : Self.line(change))
            }
        }
    }

    private static func line(_ change: JobChangeDescription) -> String {
        let start = "\(change.at)  job \(change.job)  \(change.state.rawValue)"
        guard let progress = change.progress else { return "\(start), attempt \(change.attempt)" }
        return "\(start), \(NumberText.percent(progress.fraction)), \(progress.message)"
    }
}
