import ArgumentParser
import LodeDomain
import LodeService

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Asks for, shows, follows, repeats and cancels background work.",
        discussion: """
            Example: lode jobs list
            Example: lode jobs show 1
            Example: lode jobs watch 1
            """,
        subcommands: [
            ListJobs.self, ShowJob.self, WatchJobs.self, EnqueueJob.self, RetryJob.self, CancelJob.self,
        ])
}

struct ListJobs: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists jobs, newest first.",
        discussion: "Example: lode jobs list --state running")

    @OptionGroup var common: CommonOptions
    @Option(help: "Only jobs in this state; may be given more than once.", transform: Self.state)
    var state: [JobState] = []
    @Option(help: "The most jobs to list.") var limit = 100
    @OptionGroup var form: TableOptions

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000.") }
    }

    func perform(_ settings: Settings) async throws {
        let jobs = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.jobs.jobs(in: Set(state), limit: limit)
        }
        try form.show(jobs, ListTable(jobs, Self.columns), notices: notices, note: "No jobs.")
    }

    private static let columns: [ListTable<JobDescription>.Column] = [
        .numbers("job") { "\($0.id)" }, .words("kind") { $0.kind }, .words("state") { $0.state.rawValue },
        .numbers("attempt") { "\($0.attempt)" }, .words("enqueued") { $0.createdAt },
        .words("progress") { job in job.progress.map { "\(NumberText.percent($0.fraction)), \($0.message)" } },
    ]

    private static func state(_ text: String) throws -> JobState {
        if let state = JobState(rawValue: text) { return state }
        let names = JobState.allCases.map(\.rawValue)
        let hint = NearestName.of(text, among: names).map { " Did you mean “\($0)”?" } ?? ""
        throw ValidationError("“\(text)” is no state.\(hint) The states are \(names.joined(separator: ", ")).")
    }
}

struct ShowJob: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a job, its progress and its learning curve.",
        discussion: "Example: lode jobs show 1 --json")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The number of the job.") var job: Int64
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let job = try await UseCases.reach(settings, for: .reading) { try await $0.jobs.job(self.job, curveAfter: 0) }
        if json { return try Terminal.result(json: job) }
        Terminal.result("Job \(job.id) (\(job.kind)): \(job.state.rawValue), attempt \(job.attempt)/\(job.maxAttempts)")
        Terminal.result("Asked: \(try JSONText.string(job.arguments))")
        if let progress = job.progress {
            Terminal.result("Progress: \(NumberText.percent(progress.fraction)), \(progress.message)")
        }
        for failure in job.failures {
            Terminal.result("Attempt \(failure.attempt) failed at \(failure.at): \(failure.message) (\(failure.code))")
        }
        if job.result != nil { note("What it brought about is in lode jobs show \(job.id) --json.") }
        LearningCurve.lines(job.curve ?? []).forEach(Terminal.result)
    }
}

struct CancelJob: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Calls a job off; a worker that runs it stops within a second.",
        discussion: """
            With --keep-best a running training ends with the best model it has so far: it is measured and published, and \
            the job is cancelled then.

            Example: lode jobs cancel 1 --keep-best
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The number of the job.") var job: Int64
    @Flag(help: "Publish the best model that a running training has so far.") var keepBest = false
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let job = try await UseCases.reach(settings) { useCases in
            try await useCases.jobs.cancel(self.job, keepingBest: keepBest)
        }
        if json { return try Terminal.result(json: job) }
        Terminal.result(
            job.state == .running ? "Job \(job.id) ends with what it has." : "Job \(job.id) is cancelled.")
    }
}
