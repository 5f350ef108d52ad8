import Glibc
import HTTPTypes
import Hummingbird
import LodeService
public import Logging
import NIOCore
public import ServiceLifecycle
import UnixSignals

/// The HTTP server, on the loopback address only.
public struct Daemon: Sendable {
    /// How the server behaves.
    public struct Options: Hashable, Sendable {
        /// The port; 0 takes a free one.
        public var port: Int
        /// The most bytes of a CSV body.
        public var bodyLimit: Int
        /// Names by which clients may ask, beside those of the loopback.
        public var hosts: [String]
        /// Which build this is.
        public var version: String

        /// Options.
        public init(port: Int, bodyLimit: Int, hosts: [String] = [], version: String = "") {
            self.port = port
            self.bodyLimit = bodyLimit
            self.hosts = hosts
            self.version = version
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
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: options.port), serverName: "lode"),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? options.port) },
            logger: logger)
        let services: [any Service] = [application] + companions
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw DaemonError.portInUse(options.port)
        } catch let error as IOError where error.errnoCode == EACCES {
            throw DaemonError.portForbidden(options.port)
        }
    }

    private func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        let meter = Meter()
        router.add(middleware: MeterMiddleware(meter: meter, uptime: uptime))
        router.add(middleware: ProblemMiddleware(uptime: uptime))
        router.add(middleware: HostGuard(hosts: options.hosts))
        var table = RouteTable()
        table.addMetrics(services, meter: meter, version: options.version)
        table.addHealth(services)
        table.addDatasets(services, bodyLimit: options.bodyLimit)
        table.addEditing(services, bodyLimit: options.bodyLimit)
        table.addCare(services)
        table.addInflux(services, bodyLimit: options.bodyLimit)
        table.addJobs(services, bodyLimit: options.bodyLimit)
        table.addModels(services, bodyLimit: options.bodyLimit)
        table.addEvents(services, uptime: uptime)
        table.addSchedules(services, bodyLimit: options.bodyLimit)
        table.addPredictions(services, meter: meter, bodyLimit: options.bodyLimit)
        table.addOpenInference(services, bodyLimit: options.bodyLimit)
        table.addProblems()
        table.addWeb()
        table.install(in: router)
        return router
    }
}

/// Why the server did not start.
public enum DaemonError: Error, Hashable, Sendable {
    /// Another process listens on the port.
    case portInUse(Int)
    /// The port needs privileges.
    case portForbidden(Int)

    /// What happened and what to do.
    public var message: String {
        switch self {
        case .portInUse(let port):
            "Port \(port) on 127.0.0.1 is in use, maybe by another Lode. Stop that one, or choose another port."
        case .portForbidden(let port):
            "Port \(port) needs privileges that this process lacks. Choose a port above 1023."
        }
    }
}
