import Configuration
import Foundation
import LodeService
import Logging

/// Why the settings cannot be used.
enum SettingsError: Error, Hashable {
    case fileUnreadable(path: String, detail: String)
    case valueInvalid(key: String, detail: String)
    case variableUnknown(name: String, nearest: String?)
    /// A file names what is no setting.
    case keyUnknown(String, path: String, line: Int, nearest: String?)
    /// The machine's clock is so many years from 1970.
    case clockUnusable(years: Double)

    var message: String {
        switch self {
        case .fileUnreadable(let path, let detail):
            "The configuration file \(path) cannot be read: \(detail). Name another with --config, or mend it; "
                + "config/lode.yaml shows the form."
        case .valueInvalid(let key, let detail):
            "Setting “\(key)” (\(Settings.variable(for: key)) in the environment) \(detail)."
        case .variableUnknown(let name, let nearest):
            "There is no setting \(name).\(nearest.map { " Did you mean \($0)?" } ?? "") Unset it, or mend its name."
        case .keyUnknown(let key, let path, let line, let nearest):
            "\(path), line \(line): there is no setting “\(key)”.\(nearest.map { " Did you mean “\($0)”?" } ?? "") Mend its name, or "
                + "take it out; config/lode.yaml lists the settings."
        case .clockUnusable(let years):
            "The machine's clock stands \(Int(abs(years))) years \(years < 0 ? "before" : "after") 1970. Set it, then try again."
        }
    }
}

extension Settings {
    /// Every key a file or the environment may set.
    static let keys = [
        "database", "server", "token", "serverCertificate", "http.address", "http.port", "http.requireTokens",
        "http.tlsCertificate", "http.tlsKey",
        "http.bodyLimit", "http.hosts", "http.jobFolders", "http.cacheSize", "http.bodyMemory", "http.predictions",
        "http.predictionQueue", "http.connections", "http.headSeconds", "http.bodySeconds", "http.writeSeconds",
        "http.idleSeconds", "http.requestSeconds", "http.shutdownSeconds", "worker.pollSeconds",
        "worker.leaseSeconds",
        "worker.heartbeatSeconds", "worker.threads", "worker.slots", "worker.queues", "worker.snapshotSeconds",
        "worker.nice", "worker.memoryLimit",
        "log.level",
    ]

    /// `http.bodyLimit` is `LODE_HTTP_BODY_LIMIT`.
    static func variable(for key: String) -> String {
        let words = key.map { $0.isUppercase ? "_\($0)" : $0 == "." ? "_" : String($0) }.joined()
        return "LODE_" + words.uppercased()
    }

    /// Reads the settings: the environment over the file over the defaults.
    static func load(
        configPath: String?, environment: [String: String]
    ) throws(SettingsError) -> Settings {
        try checkNames(environment)
        var variables = environment
        if let path = configPath ?? environment["LODE_CONFIG"] {
            let named = try ConfigurationFile(path: path).values.map { (variable(for: $0), $1) }
            variables.merge(named) { fromEnvironment, _ in fromEnvironment }
        }
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "lode"))
        var settings = Settings.defaults
        settings.database = reader.string(forKey: "database", default: settings.database)
        settings.server = reader.string(forKey: "server", default: settings.server)
        settings.token = reader.string(forKey: "token", isSecret: true, default: settings.token)
        settings.serverCertificate = reader.string(forKey: "serverCertificate", default: settings.serverCertificate)
        settings.httpAddress = reader.string(forKey: "http.address", default: settings.httpAddress)
        settings.httpRequireTokens = try flag(reader, "http.requireTokens", settings.httpRequireTokens)
        settings.httpTLSCertificate = reader.string(
            forKey: "http.tlsCertificate", default: settings.httpTLSCertificate)
        settings.httpTLSKey = reader.string(forKey: "http.tlsKey", default: settings.httpTLSKey)
        guard settings.httpTLSCertificate.isEmpty == settings.httpTLSKey.isEmpty else {
            throw .valueInvalid(key: "http.tlsKey", detail: "and http.tlsCertificate go together: set both or none")
        }
        settings.httpPort = try number(reader, "http.port", settings.httpPort, in: 0...65_535)
        settings.httpBodyLimit = try number(reader, "http.bodyLimit", settings.httpBodyLimit, in: 1024...(1 << 40))
        settings.httpHosts = reader.string(forKey: "http.hosts", default: settings.httpHosts)
        settings.httpJobFolders = reader.string(forKey: "http.jobFolders", default: settings.httpJobFolders)
        guard settings.jobFolders.paths.allSatisfy({ $0.hasPrefix("/") }) else {
            throw .valueInvalid(
                key: "http.jobFolders",
                detail: "is “\(settings.httpJobFolders)”, not absolute paths separated by commas")
        }
        settings.httpCacheSize = try number(reader, "http.cacheSize", settings.httpCacheSize, in: 0...(1 << 20))
        settings.httpBodyMemory = try number(reader, "http.bodyMemory", settings.httpBodyMemory, in: 1...(1 << 20))
        settings.httpPredictions = try number(reader, "http.predictions", settings.httpPredictions, in: 0...1024)
        settings.httpPredictionQueue = try number(
            reader, "http.predictionQueue", settings.httpPredictionQueue, in: 0...100_000)
        settings.httpConnections = try number(reader, "http.connections", settings.httpConnections, in: 1...1_000_000)
        settings.httpHeadSeconds = try seconds(reader, "http.headSeconds", settings.httpHeadSeconds)
        settings.httpBodySeconds = try seconds(reader, "http.bodySeconds", settings.httpBodySeconds)
        settings.httpWriteSeconds = try seconds(reader, "http.writeSeconds", settings.httpWriteSeconds)
        settings.httpIdleSeconds = try seconds(reader, "http.idleSeconds", settings.httpIdleSeconds)
        settings.httpRequestSeconds = try seconds(reader, "http.requestSeconds", settings.httpRequestSeconds)
        settings.httpShutdownSeconds = try seconds(reader, "http.shutdownSeconds", settings.httpShutdownSeconds)
        settings.workerPollSeconds = try seconds(reader, "worker.pollSeconds", settings.workerPollSeconds)
        settings.workerLeaseSeconds = try seconds(reader, "worker.leaseSeconds", settings.workerLeaseSeconds)
        settings.workerHeartbeatSeconds = try seconds(
            reader, "worker.heartbeatSeconds", settings.workerHeartbeatSeconds)
        guard settings.workerHeartbeatSeconds < settings.workerLeaseSeconds else {
            throw .valueInvalid(key: "worker.heartbeatSeconds", detail: "must be less than worker.leaseSeconds")
        }
        settings.workerThreads = try number(reader, "worker.threads", settings.workerThreads, in: 0...256)
        settings.workerSlots = try number(reader, "worker.slots", settings.workerSlots, in: 1...256)
        settings.workerQueues = reader.string(forKey: "worker.queues", default: settings.workerQueues)
        settings.workerSnapshotSeconds = try seconds(
            reader, "worker.snapshotSeconds", settings.workerSnapshotSeconds)
        settings.workerNice = try number(reader, "worker.nice", settings.workerNice, in: 0...19)
        settings.workerMemoryLimit = try number(
            reader, "worker.memoryLimit", settings.workerMemoryLimit, in: 0...(1 << 30))
        settings.logLevel = reader.string(forKey: "log.level", default: settings.logLevel)
        guard Logger.Level(rawValue: settings.logLevel) != nil else {
            throw .valueInvalid(
                key: "log.level", detail: "is “\(settings.logLevel)”, not one of \(Self.levels)")
        }
        return settings
    }

    private static var levels: String { Logger.Level.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func checkNames(_ environment: [String: String]) throws(SettingsError) {
        let known = keys.map(variable(for:)) + ["LODE_CONFIG"]
        for name in environment.keys.sorted() where name.hasPrefix("LODE_") && !known.contains(name) {
            throw .variableUnknown(name: name, nearest: NearestName.of(name, among: known))
        }
    }

    private static func number(
        _ reader: ConfigReader, _ key: String, _ fallback: Int, in range: ClosedRange<Int>
    ) throws(SettingsError) -> Int {
        let number: Int
        do {
            number = try reader.requiredInt(forKey: ConfigKey(key))
        } catch {
            // A missing value is no error here, an unreadable one is: the text tells them apart.
            guard let text = reader.string(forKey: ConfigKey(key)) else { return fallback }
            throw .valueInvalid(key: key, detail: "is “\(text)”, not a whole number")
        }
        guard range.contains(number) else {
            throw .valueInvalid(
                key: key, detail: "is \(number), not in \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func flag(
        _ reader: ConfigReader, _ key: String, _ fallback: Bool
    ) throws(SettingsError) -> Bool {
        do {
            return try reader.requiredBool(forKey: ConfigKey(key))
        } catch {
            guard let text = reader.string(forKey: ConfigKey(key)) else { return fallback }
            throw .valueInvalid(key: key, detail: "is “\(text)”, not true or false")
        }
    }

    private static func seconds(
        _ reader: ConfigReader, _ key: String, _ fallback: Double
    ) throws(SettingsError) -> Double {
        let number: Double
        do {
            number = try reader.requiredDouble(forKey: ConfigKey(key))
        } catch {
            guard let text = reader.string(forKey: ConfigKey(key)) else { return fallback }
            throw .valueInvalid(key: key, detail: "is “\(text)”, not a number of seconds")
        }
        guard number > 0, number <= 86_400 else {
            throw .valueInvalid(key: key, detail: "is \(number), not a number of seconds above 0")
        }
        return number
    }
}
