import ArgumentParser
import LodeService
import LodeStore

struct UpCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Starts a daemon and a worker, and keeps the worker running.",
        discussion: """
            Both are processes of this same program. A worker that dies is started again; its job goes on from its last \
            snapshot. Ctrl-C or SIGTERM stops both.

            Example: lode up --port 8080
            """)

    static let adviceWithServer: String? =
        "Run it on the machine that is to have the file, without the address."

    @OptionGroup var common: CommonOptions
    @Option(help: "The daemon's port; 0 takes a free one (default: 7433).") var port: Int?

    func perform(_ settings: Settings) async throws {
        // Opening first tells of a missing or newer database once, and not by two dying processes.
        try LodeDatabase.open(at: settings.database).close()
        let supervisor = Supervisor(logger: Session.logger("lode.up", settings))
        let portArguments = port.map { ["--port", "\($0)"] } ?? []
        let status = try await supervisor.run(
            daemon: ["serve", "--stop-when-input-closes"] + portArguments + common.arguments,
            worker: ["worker", "--stop-when-input-closes"] + common.arguments)
        if status != 0 { throw ExitCode(status) }
    }
}
