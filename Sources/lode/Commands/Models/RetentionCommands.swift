import ArgumentParser
import LodeService

struct DeleteModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a version that no alias points at.",
        discussion: "There is no way back but a backup; on a terminal it asks first. Example: lode models delete co2@2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET@VERSION.") var model: String
    @OptionGroup var confirmation: ConfirmationOptions

    func perform(_ settings: Settings) async throws {
        let reference = try ModelReference(parsing: model)
        guard confirmation.agrees(to: "Delete \(model)?") else { return Terminal.result("Nothing was deleted.") }
        let number = try await UseCases.reach(settings) { try await $0.models.delete(reference) }
        Terminal.result("Version \(number) of the model of “\(reference.dataset)” is deleted.")
    }
}

struct PruneModels: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Deletes old versions that no alias points at.",
        discussion: "Keep enough to roll back to; on a terminal it asks first. Example: lode models prune co2 --keep 5")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "How many of the newest versions without an alias stay.") var keep: Int
    @OptionGroup var confirmation: ConfirmationOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let question = "Delete all versions of “\(dataset)” without an alias but for the newest \(keep)?"
        guard confirmation.agrees(to: question) else { return note("Nothing was deleted.") }
        let deleted = try await UseCases.reach(settings) { useCases in
            try await useCases.models.prune(dataset, keepingUnaliased: keep)
        }
        if json { return try Terminal.result(json: deleted) }
        Terminal.result(
            deleted.isEmpty
                ? "Nothing to delete."
                : "Deleted: versions \(deleted.map { "\($0)" }.joined(separator: ", ")) of “\(dataset)”.")
    }
}
