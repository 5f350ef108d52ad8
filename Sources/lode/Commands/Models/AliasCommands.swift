import ArgumentParser
import Foundation
import LodeDomain
import LodeService

/// Who changes an alias, and why: its history keeps both.
struct AuthorOptions: ParsableArguments {
    @Option(help: "Who does it (default: the user).") var by: String?
    @Option(help: "Why.") var reason = ""

    var author: String { by ?? NSUserName() }
}

struct PromoteModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Makes a version the one that answers.",
        discussion: """
            The alias “production” answers where a question names no version; any other name is kept for you. A daemon \
            that runs answers by the new version from the next question on. A version that cannot be read is refused.

            Example: lode models promote co2@3
            Example: lode models promote co2@latest --alias candidate --reason "for the review"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET@VERSION, DATASET@ALIAS or DATASET@latest.") var model: String
    @Option(help: "The alias that is to point at it.") var alias = ModelAlias.production
    @OptionGroup var author: AuthorOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let reference = try ModelReference(parsing: model)
        guard reference.selector != .standard else {
            throw ServiceError.invalidRequest(
                pointer: "MODEL", value: "“\(model)”", expected: "the version to promote, such as \(model)@latest")
        }
        let alias = try await UseCases.reach(settings) { useCases in
            try await useCases.models.promote(reference, to: self.alias, by: author.author, reason: author.reason)
        }
        if json { return try Terminal.result(json: alias) }
        Terminal.result(AliasReport.line(alias, of: reference.dataset))
    }
}

struct RollBackModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Makes the version before the one that answers again.",
        discussion: """
            Several in a row go back further each time. lode models history shows what was where.

            Example: lode models rollback co2 --reason "bands too narrow"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "The alias.") var alias = ModelAlias.production
    @OptionGroup var author: AuthorOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let alias = try await UseCases.reach(settings) { useCases in
            try await useCases.models.rollBack(self.alias, of: dataset, by: author.author, reason: author.reason)
        }
        if json { return try Terminal.result(json: alias) }
        Terminal.result(AliasReport.line(alias, of: dataset))
    }
}

struct ModelHistory: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows who made which version answer, when and why.",
        discussion: "Example: lode models history co2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "Of this alias only.") var alias: String?
    @OptionGroup var form: TableOptions

    func perform(_ settings: Settings) async throws {
        let changes = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.models.history(of: dataset, alias: alias)
        }
        try form.show(
            changes, AliasReport.table(changes), notices: notices,
            note: "No alias yet. Next: lode models promote \(dataset)@latest")
    }
}

struct RemoveAlias: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "unalias", abstract: "Takes an alias away; the version stays.",
        discussion: "Example: lode models unalias co2 candidate")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Argument(help: "The alias.") var alias: String
    @OptionGroup var author: AuthorOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let change = try await UseCases.reach(settings) { useCases in
            try await useCases.models.removeAlias(
                alias, of: dataset, by: author.author, reason: author.reason)
        }
        if json { return try Terminal.result(json: change) }
        Terminal.result("“\(alias)” of “\(dataset)” is taken away; it pointed at version \(change.from ?? 0).")
    }
}
