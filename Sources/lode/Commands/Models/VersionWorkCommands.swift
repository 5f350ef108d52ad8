import ArgumentParser
import LodeDomain
import LodeService

/// Whether a command waits for its job.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Follow the job until it ends.") var wait = false
    @Flag(help: "Do the work here, without a worker.") var here = false

    /// The job at its end, or nil where nobody waits for it.
    func follow(_ job: JobDescription, _ useCases: UseCases, _ notices: Notices) async throws -> JobDescription? {
        guard wait || here else { return nil }
        let watch = JobWatch(jobs: useCases.jobs, needsWorker: !here, notices: notices)
        let ended: JobDescription
        if here {
            ended = try await HereWorker(fileSession(useCases), notices).run(until: { try await watch.follow(job.id) })
        } else {
            ended = try await watch.follow(job.id)
        }
        guard ended.state == .completed else {
            let reason = ended.failures.last.map { "\($0.message) (\($0.code))" } ?? "it was \(ended.state.rawValue)"
            throw Terminal.fail("Job \(ended.id) ended \(ended.state.rawValue): \(reason)", status: 1)
        }
        return ended
    }

    /// Throws where the work is to be done here, and the file is with a daemon.
    func check(_ useCases: UseCases) throws {
        if here { _ = try fileSession(useCases) }
    }

    private func fileSession(_ useCases: UseCases) throws(InputError) -> Session {
        guard let session = useCases.session else {
            throw .fileNeeded(advice: "Use --wait in the place of --here: a worker beside the daemon does the work.")
        }
        return session
    }
}

struct EvaluateModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a version on the data there are now.",
        discussion: """
            The report is stored beside the version: lode models show prints it.

            Example: lode models evaluate co2@production --here
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @OptionGroup var waiting: WaitOptions
    @Flag(help: "Print the job, at its end where that is waited for, as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { try await evaluate($0) }
    }

    private func evaluate(_ useCases: UseCases) async throws {
        try waiting.check(useCases)
        let job = try await useCases.models.requestEvaluation(EvaluationRequest(model: model))
        let ended = try await waiting.follow(job, useCases, notices)
        if json { return try Terminal.result(json: ended ?? job) }
        guard ended != nil else { return Terminal.result("Job \(job.id) waits for a worker.") }
        ModelReport.lines(try await useCases.catalog.modelVersion(ModelReference(parsing: model)))
            .forEach(Terminal.result)
    }
}

struct CalibrateModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Fits a version's bands to the data there are now.",
        discussion: """
            Makes a new version with the same weights.

            Example: lode models calibrate co2@production --promote --here
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @OptionGroup var promotion: PromotionOptions
    @OptionGroup var waiting: WaitOptions
    @Flag(help: "Print the job, at its end where that is waited for, as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { try await calibrate($0) }
    }

    private func calibrate(_ useCases: UseCases) async throws {
        try waiting.check(useCases)
        let job = try await useCases.models.requestCalibration(
            CalibrationRequest(model: model, promote: promotion.rule, keepVersions: promotion.keepVersions))
        let ended = try await waiting.follow(job, useCases, notices)
        if json { return try Terminal.result(json: ended ?? job) }
        guard ended != nil else { return Terminal.result("Job \(job.id) waits for a worker.") }
        let versions = try await useCases.catalog.modelVersions(of: ModelReference(parsing: model).dataset)
        for version in versions where version.job == job.id {
            ModelReport.lines(version).forEach(Terminal.result)
        }
    }
}
