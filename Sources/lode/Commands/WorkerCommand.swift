import ArgumentParser
import LodeJobs
import Logging
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Runs jobs, such as training, until it is stopped.",
        discussion: """
            On SIGTERM or SIGINT it saves a snapshot of each running job, gives the jobs back and ends; a second signal \
            gives them back at once, with the snapshots they had. A worker that is killed loses nothing but the time since the \
            last snapshot: another one takes the job up.

            Example: lode worker --slots 2 --threads 8 --queues default,bulk
            """)

    static let adviceWithServer: String? =
        "Run it on the machine that has the file, without the address."

    @OptionGroup var common: CommonOptions
    @Option(help: "How many jobs run at once (default: 1).") var slots: Int?
    @Option(help: "Threads of all jobs together (default: one for each core).") var threads: Int?
    @Option(help: "The queues it serves, separated by commas (default: all).") var queues: String?
    @Flag(help: .hidden) var stopWhenInputCloses = false

    func validate() throws {
        if let slots, !(1...256).contains(slots) { throw ValidationError("--slots is 1 to 256.") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads is 1 to 256.") }
    }

    func perform(_ given: Settings) async throws {
        var settings = given
        settings.workerSlots = slots ?? settings.workerSlots
        settings.workerThreads = threads ?? settings.workerThreads
        settings.workerQueues = queues ?? settings.workerQueues
        try await Session.use(settings) { try await work($0) }
    }

    private func work(_ session: Session) async throws {
        let settings = session.settings
        let logger = Session.logger("lode.worker", settings)
        logger.info("worker starts", metadata: ["database": .string(settings.database)])
        let processor = try session.processor(observer: JobLog(logger: logger), nice: settings.workerNice)
        var services: [any Service] = [
            WorkerService(processor: processor), SchedulerService(session, logger: logger),
        ]
        if stopWhenInputCloses { services.append(ParentWatch()) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        let hurry = Task {
            await StopSignals().arrival(2)
            guard !Task.isCancelled else { return }
            logger.warning("second signal: jobs are given back at once")
            await processor.giveBackAtOnce()
            Self.exit()
        }
        defer { hurry.cancel() }
        try await group.run()
        logger.info("worker ends")
    }
}

/// The worker's life among other services.
private struct WorkerService: Service {
    let processor: JobProcessor

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await processor.run() }
    }
}
