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
    @Flag(help: "Follow the job until it ends.") var wait = false
    @Flag(help: "Train in this process, without a worker.") var here = false
    @Flag(help: "Print the job (with --wait or --here: the model version) as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let session = try Session(settings)
        let job = try await session.training.requestTraining(training.request(dataset: dataset))
        guard wait || here else {
            if json {
                try Terminal.result(json: job)
            } else {
                Terminal.result("Job \(job.id) waits for a worker.")
                Terminal.note("Next: lode worker, or lode up; follow it with lode jobs show \(job.id)")
            }
            return
        }
        let watch = JobWatch(jobs: session.jobs, needsWorker: !here)
        let ended =
            here
            ? try await HereWorker(session).run(until: { try await watch.follow(job.id) })
            : try await watch.follow(job.id)
        try await report(ended, session)
    }

    private func report(_ job: JobDescription, _ session: Session) async throws {
        guard job.state == .completed else {
            let reason = job.failures.last.map { "\($0.message) (\($0.code))" } ?? "it was \(job.state.rawValue)"
            throw Terminal.fail("Job \(job.id) ended \(job.state.rawValue): \(reason)", status: 1)
        }
        let versions = try await session.catalog.modelVersions(of: dataset)
        guard let version = versions.first(where: { $0.job == job.id }) else {
            throw Terminal.fail("Job \(job.id) is completed, but published no model version.", status: 70)
        }
        if json {
            try Terminal.result(json: version)
        } else {
            for line in ModelReport.lines(version) { Terminal.result(line) }
            Terminal.note("Next: lode predict \(dataset) SERIES --at TIME, or lode plot \(dataset) SERIES")
        }
    }
}
