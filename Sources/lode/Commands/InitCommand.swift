import ArgumentParser
import Foundation
import LodeStore

struct InitCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes the database file.",
        discussion: """
            All data, models and jobs live in this one file. Where it exists already, it is only brought up to date.

            Example: lode init --database co2.db
            """)

    static let adviceWithServer: String? =
        "A daemon has its database already; to make one here, leave the daemon's address away."

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the result as JSON.") var json = false

    private struct Answer: Encodable {
        var database: String
        var created: Bool
    }

    func perform(_ settings: Settings) async throws {
        let existed = FileManager.default.fileExists(atPath: settings.database)
        try LodeDatabase.create(at: settings.database).close()
        if json {
            try Terminal.result(json: Answer(database: settings.database, created: !existed))
        } else {
            Terminal.result(
                existed ? "\(settings.database) is there already and up to date." : "Made \(settings.database).")
            note("Next: lode ingest FILE --dataset NAME")
        }
    }
}
