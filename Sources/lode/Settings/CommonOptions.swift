import ArgumentParser
import Foundation

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(name: [.customLong("database"), .customShort("d")], help: "The database file (default: lode.db).")
    var database: String?

    @Option(help: "A configuration file in YAML; config/lode.yaml lists the settings.")
    var config: String?

    @Option(help: "What is logged to standard error: trace, debug, info, warning, error (default: info).")
    var logLevel: String?

    /// The settings, flags over environment over file over defaults.
    func settings() async throws(SettingsError) -> Settings {
        var environment = ProcessInfo.processInfo.environment
        // The level's flag takes the variable's place, so that both are checked alike.
        if let logLevel { environment["LODE_LOG_LEVEL"] = logLevel }
        var settings = try await Settings.load(configPath: config, environment: environment)
        if let database { settings.database = database }
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
