import ArgumentParser
import Foundation
import LodeDomain
import LodeService

struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules", abstract: "Repeats jobs by the clock, or when data have come in.",
        discussion: """
            Schedules are looked after by every worker and daemon; each firing happens once, however many run.

            Example: lode schedules create nightly --cron "0 3 * * *" --time-zone Europe/Zurich --train co2
            Example: lode schedules create fresh --dataset co2 --new-observations 10000 --train co2
            Example: lode schedules show nightly
            """,
        subcommands: [
            CreateSchedule.self, ListSchedules.self, ShowSchedule.self, PauseSchedule.self, ResumeSchedule.self,
            RunSchedule.self, DeleteSchedule.self,
        ])
}

struct CreateSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a schedule.",
        discussion: """
            When: --cron with --time-zone, or --every seconds, or --dataset with --new-observations or \
            --new-series, or --model with --likelihood-drop and --new-observations.
            What: --train DATASET, or --kind with --arguments.

            Example: lode schedules create nightly --cron "0 3 * * *" --time-zone Europe/Zurich --train co2
            Example: lode schedules create drift --model co2@production --likelihood-drop 0.5 --new-observations 500 --train co2
            Example: lode schedules create tidy --every 86400 --kind prune --arguments '{"jobsOlderThanDays":30}'
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule's name.") var name: String
    @Option(help: "Minute, hour, day of month, month, day of week; or @daily and the like.") var cron: String?
    @Option(help: "The time zone of --cron, such as Europe/Zurich (default: UTC).") var timeZone: String?
    @Option(help: "Seconds between firings.") var every: Double?
    @Option(help: "The dataset that is watched.") var dataset: String?
    @Option(help: "Fire when the dataset has gained so many observations.") var newObservations: Int64?
    @Option(help: "Fire when this model no longer fits what comes in; looked at after each --new-observations.")
    var model: String?
    @Option(
        help: "With --model: by how many nats an observation the newest ones must be less likely than held-out ones.")
    var likelihoodDrop: Double?
    @Option(help: "Fire when the dataset has gained so many series.") var newSeries: Int64?
    @Option(help: "Train on this dataset: short for --kind train --arguments '{\"dataset\":…}'.") var train: String?
    @Option(help: "The kind of job.") var kind: String?
    @Option(help: "With --kind: the job's arguments, a JSON object (default: {}).") var arguments: String?
    @Option(help: "The job's queue.") var queue = JobRequest.defaultQueue
    @Option(help: "The job's priority: 0 runs first, 9 last.") var priority = JobRequest.defaultPriority
    @Option(help: "After how many attempts a failure is final.") var maxAttempts = JobRequest.defaultMaxAttempts
    @Option(help: "While the last firing's job is unfinished: returnExisting, replaceArguments or rerunAfter.")
    var onConflict: String?
    @Option(help: "Fire times that passed while nothing ran: skip, once or all.") var missedRuns: String?
    @Option(help: "With --missed-runs all, the most to make up for (default: 10).") var missedRunsLimit: Int?
    @Flag(help: "Make it paused.") var paused = false
    @Flag(help: "Print the result as JSON.") var json = false

    func validate() throws {
        guard (train == nil) != (kind == nil) else { throw ValidationError("Name either --train or --kind.") }
        if train != nil, arguments != nil {
            throw ValidationError(
                "--arguments goes with --kind: write --kind train --arguments '{\"dataset\":…}' in the place of --train."
            )
        }
        if let onConflict, JobUniqueness.Conflict(rawValue: onConflict) == nil {
            throw ValidationError("--on-conflict is returnExisting, replaceArguments or rerunAfter.")
        }
    }

    func perform(_ settings: Settings) async throws {
        let arguments: JSONValue =
            try train.map { .object(["dataset": .string($0)]) }
            ?? JSONText.decode(JSONValue.self, from: Data((arguments ?? "{}").utf8))
        let request = ScheduleRequest(
            name: name,
            settings: ScheduleChange(
                trigger: ScheduleTriggerText(
                    cron: cron, timeZone: timeZone, everySeconds: every, dataset: dataset,
                    newObservations: newObservations, newSeries: newSeries, model: model,
                    likelihoodDrop: likelihoodDrop),
                job: ScheduledJobText(
                    kind: kind ?? TrainingRequest.jobKind, arguments: arguments, queue: queue, priority: priority,
                    maxAttempts: maxAttempts, onConflict: onConflict.flatMap(JobUniqueness.Conflict.init)),
                missedRuns: missedRuns, missedRunsLimit: missedRunsLimit, isPaused: paused))
        let schedule = try await UseCases.reach(settings) { try await $0.schedules.create(request) }
        if json { return try Terminal.result(json: schedule) }
        ScheduleReport.lines(schedule).forEach(Terminal.result)
        note("It fires while a worker or a daemon runs: lode worker, or lode up.")
    }
}

struct ListSchedules: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists schedules by name.", discussion: "Example: lode schedules list")

    @OptionGroup var common: CommonOptions
    @OptionGroup var form: TableOptions

    func perform(_ settings: Settings) async throws {
        let schedules = try await UseCases.reach(settings, for: .reading) { try await $0.schedules.schedules() }
        try form.show(schedules, ListTable(schedules, Self.columns), notices: notices, note: "No schedules.")
    }

    private static let columns: [ListTable<ScheduleDescription>.Column] = [
        .words("schedule") { $0.name }, .words("when") { ScheduleReport.trigger($0.trigger) },
        .words("job") { $0.job.kind }, .words("next") { $0.nextTimes.first }, .words("last") { $0.lastFiredAt },
        .words("", named: "problem") { $0.problem ?? ($0.paused ? "paused" : nil) },
    ]
}

struct ShowSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a schedule, its next fire times and its last firings.",
        discussion: "Example: lode schedules show nightly --next 10")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule.") var name: String
    @Option(help: "How many of the next fire times to show.") var next = 5
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let schedule = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.schedules.schedule(name, nextTimes: next)
        }
        if json { return try Terminal.result(json: schedule) }
        ScheduleReport.lines(schedule).forEach(Terminal.result)
    }
}

struct PauseSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Keeps a schedule from firing until it is resumed.",
        discussion: "Example: lode schedules pause nightly")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule.") var name: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let schedule = try await UseCases.reach(settings) { useCases in
            try await useCases.schedules.change(name, to: ScheduleChange(isPaused: true))
        }
        if json { return try Terminal.result(json: schedule) }
        Terminal.result("Schedule \(schedule.name) is paused.")
    }
}

struct ResumeSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets a paused schedule fire again, from now on.",
        discussion: "Example: lode schedules resume nightly")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule.") var name: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let schedule = try await UseCases.reach(settings) { useCases in
            try await useCases.schedules.change(name, to: ScheduleChange(isPaused: false))
        }
        if json { return try Terminal.result(json: schedule) }
        Terminal.result(
            "Schedule \(schedule.name) runs again\(schedule.nextTimes.first.map { ", next at \($0)" } ?? "").")
    }
}

struct RunSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Enqueues a schedule's job at once, paused or not.",
        discussion: "Example: lode schedules run nightly")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule.") var name: String
    @Flag(help: "Print the job as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let job = try await UseCases.reach(settings) { try await $0.schedules.run(name) }
        if json { return try Terminal.result(json: job) }
        Terminal.result("Job \(job.id) waits for a worker.")
    }
}

struct DeleteSchedule: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a schedule; its jobs stay. Asks on a terminal.",
        discussion: "Example: lode schedules delete nightly")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The schedule.") var name: String
    @OptionGroup var confirmation: ConfirmationOptions

    func perform(_ settings: Settings) async throws {
        guard confirmation.agrees(to: "Delete the schedule “\(name)”?") else {
            return Terminal.result("Nothing was deleted.")
        }
        try await UseCases.reach(settings) { try await $0.schedules.delete(name) }
        Terminal.result("Schedule \(name) is deleted.")
    }
}
