import ArgumentParser
import LodeService

struct DeleteModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a version that no alias points at.",
        discussion: "There is no way back but a backup. Example: lode models delete co2@2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET@VERSION.") var model: String

    func perform(_ settings: Settings) async throws {
        let reference = try ModelReference(parsing: model)
        let number = try await Session.use(settings) { try await $0.modelService.delete(reference) }
        Terminal.result("Version \(number) of the model of “\(reference.dataset)” is deleted.")
    }
}

struct PruneModels: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Deletes old versions that no alias points at.",
        discussion: "Keep enough to roll back to. Example: lode models prune co2 --keep 5")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "How many of the newest versions without an alias stay.") var keep: Int
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let deleted = try await Session.use(settings) { session in
            try await session.modelService.prune(dataset, keepingUnaliased: keep)
        }
        if json { return try Terminal.result(json: deleted) }
        Terminal.result(
            deleted.isEmpty
                ? "Nothing to delete."
                : "Deleted: versions \(deleted.map { "\($0)" }.joined(separator: ", ")) of “\(dataset)”.")
    }
}
