import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import LodeService
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle
import UnixSignals

/// The HTTP server.
///
/// On an address of the loopback it asks for no tokens unless it is told to; on any other it always does.
public struct Daemon: Sendable {
    /// How the server behaves.
    public struct Options: Hashable, Sendable {
        /// The address to listen at.
        public var address: String
        /// The port; 0 takes a free one.
        public var port: Int
        /// Names by which clients may ask, beside those of the loopback.
        public var hosts: [String]
        /// Whether clients on the loopback need tokens too.
        public var requiresTokens: Bool
        /// The files of the certificate chain and its key, in PEM, where it speaks TLS.
        public var certificate: Certificate?
        /// What it takes on at most.
        public var limits: DaemonLimits
        /// The most bytes of answers that are kept to be given again.
        public var answerBytes: Int
        /// Which build this is.
        public var version: String

        /// Options.
        public init(
            address: String = "127.0.0.1", port: Int, hosts: [String] = [], requiresTokens: Bool = false,
            certificate: Certificate? = nil, limits: DaemonLimits = DaemonLimits(), answerBytes: Int = 64 << 20,
            version: String = ""
        ) {
            self.address = address
            self.port = port
            self.hosts = hosts
            self.requiresTokens = requiresTokens
            self.certificate = certificate
            self.limits = limits
            self.answerBytes = answerBytes
            self.version = version
        }

        /// Whether every request but those to open routes shows a token.
        var asksForTokens: Bool { requiresTokens || !isLoopback }

        /// Whether only this machine can reach it.
        var isLoopback: Bool {
            address == "localhost" || address == "::1"
                || address.hasPrefix("127.") && address.split(separator: ".").count == 4
        }
    }

    /// The files of a certificate.
    public struct Certificate: Hashable, Sendable {
        /// The chain, the server's own certificate first.
        public var chainPath: String
        /// Its private key.
        public var keyPath: String

        /// Files in PEM.
        public init(chainPath: String, keyPath: String) {
            self.chainPath = chainPath
            self.keyPath = keyPath
        }
    }

    private let services: APIServices
    private let options: Options
    private let logger: Logger
    private let uptime: @Sendable () -> UInt64

    /// A server over `services`; `uptime` is a monotonic clock in nanoseconds.
    public init(
        services: APIServices, options: Options, logger: Logger, uptime: @escaping @Sendable () -> UInt64
    ) {
        self.services = services
        self.options = options
        self.logger = logger
        self.uptime = uptime
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled; requests in flight are answered first.
    ///
    /// Calls `onReady` with the port once connections are accepted. Where one of the `companions` ends, so does the
    /// server. Throws ``DaemonError``.
    public func run(
        alongside companions: [any Service] = [], onReady: @escaping @Sendable (Int) async -> Void
    ) async throws {
        try await requireSafety()
        let application = Application(
            router: router(), server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(options.address, port: options.port), serverName: "lode",
                availableConnectionsDelegate: .maximum(options.limits.connections, logger: logger)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? options.port) },
            logger: logger)
        let services: [any Service] = [application] + companions
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(options.limits.shutdownSeconds)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw DaemonError.portInUse(options.port, address: options.address)
        } catch let error as IOError where error.errnoCode == EACCES {
            throw DaemonError.portForbidden(options.port)
        } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL {
            throw DaemonError.addressUnknown(options.address)
        } catch is SocketAddressError {
            throw DaemonError.addressUnknown(options.address)
        }
    }

    /// Throws where others could ask and nobody could show a token.
    private func requireSafety() async throws {
        guard options.asksForTokens else { return }
        guard try await services.tokens.hasValidToken() else {
            throw options.isLoopback ? DaemonError.noTokens : .addressNeedsTokens(options.address)
        }
        if options.certificate == nil, !options.isLoopback {
            logger.warning(
                "tokens and data go over the network in the clear: set http.tlsCertificate and http.tlsKey, or put a proxy with TLS before it"
            )
        }
    }

    private func server() throws(DaemonError) -> HTTPServerBuilder {
        let limits = options.limits
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [HostFieldInstaller(), PatienceHandler(limits)],
                idleTimeout: .nanoseconds(Int64(limits.idleSeconds * 1e9))))
        guard let certificate = options.certificate else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.chainPath)
            let key = try NIOSSLPrivateKey(file: certificate.keyPath, format: .pem)
            return try .tls(
                plain,
                tlsConfiguration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
        } catch {
            throw .certificateUnreadable(certificate, detail: "\(error)")
        }
    }

    private func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        let meter = Meter()
        router.add(middleware: MeterMiddleware(meter: meter, uptime: uptime))
        let routes = routes(meter: meter)
        router.add(middleware: ProblemMiddleware(uptime: uptime, methods: { routes.methods(at: $0) }))
        router.add(middleware: HostGuard(hosts: options.hosts, requiresTokens: options.asksForTokens))
        let gate = Gate(
            tokens: options.asksForTokens ? services.tokens : nil, limits: options.limits,
            bodies: BodyBudget(limit: options.limits.heldBodyBytes),
            deadline: Deadline(seconds: options.limits.requestSeconds))
        routes.install(in: router, behind: gate)
        return router
    }

    private func routes(meter: Meter) -> RouteTable {
        let places = WorkPlaces(
            places: options.limits.predictions, line: options.limits.waitingPredictions)
        var table = RouteTable()
        table.addMetrics(services, meter: meter, version: options.version)
        table.addHealth(services)
        table.addDatasets(services)
        table.addEditing(services)
        table.addCare(services)
        table.addInflux(services)
        table.addJobs(services)
        table.addModels(services)
        table.addEvents(services, uptime: uptime)
        table.addSchedules(services)
        table.addPredictions(services, meter: meter, places: places, cacheBytes: options.answerBytes)
        table.addOpenInference(services, places: places)
        table.addProblems()
        table.addWeb()
        table.addDocument(version: options.version)
        return table
    }
}

/// Why the server did not start.
public enum DaemonError: Error, Hashable, Sendable {
    /// Another process listens on the port.
    case portInUse(Int, address: String)
    /// The port needs privileges.
    case portForbidden(Int)
    /// The machine has no such address.
    case addressUnknown(String)
    /// Others could ask at that address, and there is no token that they could show.
    case addressNeedsTokens(String)
    /// Tokens are required, and there is none.
    case noTokens
    /// A file of the certificate cannot be read.
    case certificateUnreadable(Daemon.Certificate, detail: String)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .portInUse(let port, let address):
            "Port \(port) on \(address) is in use, maybe by another Lode. Stop that one, or choose another port."
        case .portForbidden(let port):
            "Port \(port) needs privileges that this process lacks. Choose a port above 1023."
        case .addressUnknown(let address):
            "This machine has no address \(address). Set http.address to one of its own, or to 127.0.0.1."
        case .addressNeedsTokens(let address):
            "On \(address) others can reach the daemon, so that it answers only those who show a token, and there is none. "
                + "Make one with “lode tokens create NAME --scope read”, or listen on 127.0.0.1."
        case .noTokens:
            "http.requireTokens is set, and there is no token. Make one with “lode tokens create NAME --scope admin”."
        case .certificateUnreadable(let certificate, let detail):
            "\(certificate.chainPath) and \(certificate.keyPath) cannot be used for TLS: \(detail). "
                + "Set http.tlsCertificate and http.tlsKey to a certificate chain and its key in PEM."
        }
    }
}
