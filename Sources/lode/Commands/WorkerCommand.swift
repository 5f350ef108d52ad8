import ArgumentParser
import LodeJobs
import Logging
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Runs jobs, such as training, until it is stopped.",
        discussion: """
            On SIGTERM or SIGINT it saves a snapshot of the running job, gives the job back and ends. A worker that is \
            killed loses nothing but the time since the last snapshot: another one takes the job up.

            Example: lode worker --database co2.db
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: .hidden) var stopWhenInputCloses = false

    func perform(_ settings: Settings) async throws {
        let session = try Session(settings)
        let logger = Session.logger("lode.worker", settings)
        logger.info("worker starts", metadata: ["database": .string(settings.database)])
        let processor = try session.processor(observer: JobLog(logger: logger), nice: settings.workerNice)
        var services: [any Service] = [WorkerService(processor: processor)]
        if stopWhenInputCloses { services.append(ParentWatch()) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        try session.close()
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
