import ArgumentParser
import Glibc
import LodeDomain
import LodeService
import LodeStore

struct BackupCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the database to a new file, and checks the copy.",
        discussion: """
            The daemon and workers go on meanwhile. The copy is of one moment.

            Example: lode backup lode-2024-05-01.db
            """)

    static let adviceWithServer: String? =
        "Run it on the daemon's machine, or have a worker do it there: lode jobs enqueue backup."

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file to make.") var file: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let report = try await Session.use(settings, for: .reading) { try await $0.database.backup(to: file) }
        if json { return try Terminal.result(json: report) }
        Terminal.result("\(report.path): \(report.byteCount) bytes, checked.")
    }
}

struct RestoreCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a backup in the place of the database.",
        discussion: """
            Stop the daemon and workers first. The database that was there is kept beside it, under another name.

            Example: lode restore lode-2024-05-01.db --database lode.db
            """)

    static let adviceWithServer: String? =
        "Stop the daemon, and run it on its machine."

    @OptionGroup var common: CommonOptions
    @Argument(help: "The backup.") var file: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        // The store's own error is about databases, and would suggest to make one.
        guard access(file, F_OK) == 0 else { throw InputError.fileUnreadable(path: file, code: errno) }
        let report = try await LodeDatabase.restore(from: file, to: settings.database, at: Clock.now())
        if json { return try Terminal.result(json: report) }
        Terminal.result("\(report.path) now holds what \(file) held.")
        if let previous = report.previous { note("What was there before is \(previous).") }
    }
}

struct DoctorCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Looks the database over and says what to do.",
        discussion: """
            Reads every page; writes nothing. Ends with 0 where nothing is wrong, else with 1.

            Example: lode doctor
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let findings = try await UseCases.reach(settings, for: .reading) { try await $0.care.examine() }
        if json {
            try Terminal.result(json: findings)
        } else {
            for finding in findings {
                Terminal.result("\(finding.severity.rawValue)  \(finding.code): \(finding.message)")
                if let advice = finding.advice { Terminal.result("      \(advice)") }
            }
        }
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}
