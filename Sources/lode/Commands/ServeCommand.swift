import ArgumentParser
import LodeHTTP
import LodeService
import ServiceLifecycle

struct ServeCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answers over HTTP on 127.0.0.1, until it is stopped.",
        discussion: """
            Prints its address to standard output once it is ready. On SIGTERM or SIGINT it answers the requests in \
            flight and ends. Training needs a worker beside it; lode up starts both. The routes are in docs/http.md.

            Example: lode serve --port 8080
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "The port; 0 takes a free one (default: 7433).") var port: Int?
    @Flag(help: .hidden) var stopWhenInputCloses = false

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("A port is a number from 0 to 65535.") }
    }

    func perform(_ settings: Settings) async throws {
        try await Session.use(settings) { try await serve($0) }
    }

    private func serve(_ session: Session) async throws {
        let settings = session.settings
        let services = APIServices(
            ingest: session.ingest, edit: session.edit, care: session.care, catalog: session.catalog,
            models: session.modelService, training: session.training, jobs: session.jobs,
            schedules: session.schedules, prediction: session.prediction,
            checkReadiness: session.checkReadiness)
        let logger = Session.logger("lode.daemon", settings)
        let daemon = Daemon(
            services: services,
            options: Daemon.Options(
                port: port ?? settings.httpPort, bodyLimit: settings.httpBodyLimit, hosts: settings.hosts,
                version: BuildIdentity.current),
            logger: logger, uptime: Clock.uptime)
        var companions: [any Service] = [SchedulerService(session, logger: logger)]
        if stopWhenInputCloses { companions.append(ParentWatch()) }
        try await daemon.run(alongside: companions) { port in
            Terminal.result("http://127.0.0.1:\(port)")
        }
    }
}
