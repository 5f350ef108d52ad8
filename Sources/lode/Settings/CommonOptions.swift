import ArgumentParser
import Foundation

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(name: [.customLong("database"), .customShort("d")], help: "The database file (default: lode.db).")
    var database: String?

    @Option(help: "A daemon to ask in the place of the file, such as http://127.0.0.1:7433.")
    var server: String?

    @Option(help: "With --server: the token to show; LODE_TOKEN keeps it out of the list of processes.")
    var token: String?

    @Option(help: "A configuration file in YAML; config/lode.yaml lists the settings.")
    var config: String?

    @Option(help: "What is logged to standard error: trace, debug, info, warning, error (default: info).")
    var logLevel: String?

    @Flag(help: "Say nothing on standard error but errors and warnings.") var quiet = false

    func validate() throws {
        if database != nil, server != nil {
            throw ValidationError("--database and --server are two different places: choose one.")
        }
    }

    /// The settings, flags over environment over file over defaults.
    func settings() throws(SettingsError) -> Settings {
        var environment = ProcessInfo.processInfo.environment
        // The level's flag takes the variable's place, so that both are checked alike.
        if let logLevel { environment["LODE_LOG_LEVEL"] = logLevel }
        var settings = try Settings.load(configPath: config, environment: environment)
        if let server { settings.server = server }
        if let token { settings.token = token }
        if let database {
            settings.database = database
            // A flag goes over the environment.
            settings.server = ""
        }
        return settings
    }

    /// The options as arguments, for a process of the same binary.
    var arguments: [String] {
        var arguments: [String] = []
        if let database { arguments += ["--database", database] }
        if let config { arguments += ["--config", config] }
        if let logLevel { arguments += ["--log-level", logLevel] }
        return arguments
    }
}
