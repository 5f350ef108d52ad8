import ArgumentParser
import Foundation
import LodeHTTP
import LodeService
import LodeWork
import Logging
import ServiceLifecycle

struct ServeCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answers over HTTP, until it is stopped.",
        discussion: """
            It listens on 127.0.0.1; http.address names another address, where each request needs a token (lode tokens). \
            Prints its address to standard output once it is ready. On SIGTERM or SIGINT it answers the requests in \
            flight and ends. Training needs a worker beside it; lode up starts both. The routes are in docs/http.md.

            Example: lode serve --port 8080
            """)

    static let adviceWithServer: String? =
        "Run it on the machine that is to have the file, without the address."

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
        let logger = Session.logger("lode.daemon", settings)
        let kinds = session.kinds(within: settings.jobFolders)
        let services = APIServices(
            ingest: session.ingest, edit: session.edit, care: session.care, catalog: session.catalog,
            models: session.modelService, training: session.training, jobs: session.jobs(of: kinds),
            schedules: session.schedules(of: kinds), prediction: session.prediction,
            tokens: TokenGuard(
                store: session.tokenStore, now: session.now, uptime: Clock.uptime,
                onFault: { error in
                    logger.warning("the use of a token was not noted", metadata: ["error": .string(error.message)])
                }),
            openChoices: TrainHandler.openChoices, checkReadiness: session.checkReadiness)
        let daemon = Daemon(
            services: services,
            options: Daemon.Options(
                address: settings.httpAddress, port: port ?? settings.httpPort, hosts: settings.hosts,
                requiresTokens: settings.httpRequireTokens, certificate: settings.certificate, limits: settings.limits,
                version: BuildIdentity.current),
            logger: logger, uptime: Clock.uptime)
        var companions: [any Service] = [SchedulerService(session, logger: logger)]
        if stopWhenInputCloses { companions.append(ParentWatch()) }
        try await daemon.run(alongside: companions) { port in
            let scheme = settings.certificate == nil ? "http" : "https"
            let host = settings.httpAddress.contains(":") ? "[\(settings.httpAddress)]" : settings.httpAddress
            Terminal.result("\(scheme)://\(host):\(port)")
        }
    }
}

extension Settings {
    /// The files of the daemon's certificate, where it speaks TLS.
    fileprivate var certificate: Daemon.Certificate? {
        httpTLSCertificate.isEmpty
            ? nil : Daemon.Certificate(chainPath: httpTLSCertificate, keyPath: httpTLSKey)
    }

    /// What the daemon takes on at most.
    fileprivate var limits: DaemonLimits {
        DaemonLimits(
            bodyBytes: httpBodyLimit, heldBodyBytes: httpBodyMemory << 20,
            predictions: httpPredictions > 0 ? httpPredictions : ProcessInfo.processInfo.activeProcessorCount,
            waitingPredictions: httpPredictionQueue, connections: OpenFiles.connections(wanted: httpConnections),
            headSeconds: httpHeadSeconds, bodySeconds: httpBodySeconds, writeSeconds: httpWriteSeconds,
            idleSeconds: httpIdleSeconds, requestSeconds: httpRequestSeconds, shutdownSeconds: httpShutdownSeconds)
    }
}
