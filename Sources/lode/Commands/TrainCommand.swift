import ArgumentParser
import LodeDomain
import LodeService

struct TrainCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Asks for a model of a dataset.",
        discussion: """
            Enqueues a job that a worker (lode worker, or lode up) takes. With --wait the progress is followed and at \
            the end the model is shown beside simple baselines. With --here no worker is needed: this process trains. \
            Every setting that is not given is chosen from the data, and the report says how.

            Example: lode train co2 --here
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset to learn from.") var dataset: String
    @OptionGroup var training: TrainingSettings
    @OptionGroup var waiting: WaitOptions
    @Flag(help: "Print the job (with --wait or --here: the model version) as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { try await train($0) }
    }

    private func train(_ useCases: UseCases) async throws {
        try waiting.check(useCases)
        let job = try await useCases.training.requestTraining(training.request(dataset: dataset))
        guard let ended = try await waiting.follow(job, useCases, notices) else {
            if json { return try Terminal.result(json: job) }
            Terminal.result("Job \(job.id) waits for a worker.")
            return note("Next: lode worker, or lode up; follow it with lode jobs watch \(job.id)")
        }
        let versions = try await useCases.catalog.modelVersions(of: dataset)
        guard let version = versions.first(where: { $0.job == ended.id }) else {
            throw Terminal.fail("Job \(ended.id) is completed, but published no model version.", status: 70)
        }
        if json { return try Terminal.result(json: version) }
        ModelReport.lines(version).forEach(Terminal.result)
        note("Next: lode predict \(dataset) SERIES --at TIME, or lode plot \(dataset) SERIES")
    }
}
