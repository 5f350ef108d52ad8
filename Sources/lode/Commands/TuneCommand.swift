import ArgumentParser
import LodeDomain
import LodeService

struct TuneCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Searches for the settings of a training within a budget of time.",
        discussion: """
            Trains again and again with settings drawn at random and publishes the model with the lowest loss on the \
            validation series. The first trial has the settings that lode train would choose. A setting that is given \
            stays as it is. An interrupted search goes on where it was.

            Example: lode tune co2 --minutes 30 --here
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset to learn from.") var dataset: String
    @Option(help: "Minutes after which no trial begins, and one that runs is given up; the first is always finished.")
    var minutes: Double
    @Option(help: "The most trials.") var trials = 50
    @OptionGroup var training: TrainingSettings
    @OptionGroup var waiting: WaitOptions
    @Flag(help: "Print the job, at its end where that is waited for, as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { try await tune($0) }
    }

    private func tune(_ useCases: UseCases) async throws {
        try waiting.check(useCases)
        let job = try await useCases.training.requestTuning(
            TuningRequest(
                training: training.request(dataset: dataset), budgetSeconds: 60 * minutes, trials: trials))
        let ended = try await waiting.follow(job, useCases, notices)
        if json { return try Terminal.result(json: ended ?? job) }
        guard let ended else {
            Terminal.result("Job \(job.id) waits for a worker.")
            return note("Next: lode worker, or lode up; follow it with lode jobs watch \(job.id)")
        }
        if case .object(let result)? = ended.result, case .string(let winner)? = result["winnerSettings"] {
            Terminal.result("Best settings: \(winner).")
        }
        for version in try await useCases.catalog.modelVersions(of: dataset) where version.job == job.id {
            ModelReport.lines(version).forEach(Terminal.result)
        }
        note("Next: lode predict \(dataset) SERIES --at TIME, or lode plot \(dataset) SERIES")
    }
}
