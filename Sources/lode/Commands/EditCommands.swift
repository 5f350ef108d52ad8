import ArgumentParser
import LodeDomain
import LodeService

struct RenameCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Gives a dataset another name.",
        discussion: "Example: lode rename co2 mauna-loa")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Argument(help: "Its new name.") var name: String

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { useCases in
            try await useCases.edit.change(dataset: dataset, to: DatasetChange(name: name))
        }
        Terminal.result("“\(dataset)” is now “\(name)”.")
    }
}

struct TagCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Replaces the tags of a dataset.",
        discussion: "Without tags it has none afterwards. Example: lode tag co2 climate weekly")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Argument(help: "The tags.") var tags: [String] = []

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { useCases in
            try await useCases.edit.change(dataset: dataset, to: DatasetChange(tags: tags))
        }
        Terminal.result("“\(dataset)” has the tags: \(tags.isEmpty ? "none" : tags.joined(separator: ", ")).")
    }
}

struct ChannelCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "channel", abstract: "Says what a channel measures.",
        discussion: """
            --input is for what is known of the future too, such as a planned dose.

            Example: lode channel co2 co2 --unit ppm
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Argument(help: "The channel.") var channel: String
    @Option(help: "The unit of its values.") var unit: String?
    @Flag(help: "Its values are known for the future too.") var input = false

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings) { useCases in
            try await useCases.edit.describe(
                channel: channel, of: dataset, unit: unit, kind: input ? .input : .measured)
        }
        Terminal.result("“\(channel)” of “\(dataset)”: \(unit ?? "no unit"), \(input ? "an input" : "measured").")
    }
}

struct DeleteCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes observations, or a whole dataset.",
        discussion: """
            --series, --channel, --from and --to say which observations; together, those that fit all of them. \
            --whole-dataset deletes everything, models included. On a terminal it asks first, unless --yes is given. \
            Make a backup first: there is no way back.

            Example: lode delete co2 --series 1975 --from 100 --to 120
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "Of this series only.") var series: String?
    @Option(help: "Of this channel only.") var channel: String?
    @Option(help: "Not before this time.") var from: String?
    @Option(help: "Not after this time.") var to: String?
    @Flag(help: "The dataset with everything in it.") var wholeDataset = false
    @OptionGroup var confirmation: ConfirmationOptions

    func validate() throws {
        let isSelection = series != nil || channel != nil || from != nil || to != nil
        guard isSelection != wholeDataset else {
            throw ValidationError("Say which observations, or --whole-dataset.")
        }
    }

    func perform(_ settings: Settings) async throws {
        Terminal.result(try await UseCases.reach(settings) { try await delete($0) })
    }

    /// What became of it, in a sentence.
    private func delete(_ useCases: UseCases) async throws -> String {
        if wholeDataset {
            let found = try await useCases.catalog.describe(dataset: dataset)
            let question = "Delete “\(dataset)” with \(found.observations) observations and all its models?"
            guard confirmation.agrees(to: question) else { return "Nothing was deleted." }
            try await useCases.edit.delete(dataset: dataset)
            return "“\(dataset)” is deleted."
        }
        let parts = [("series", series), ("channel", channel), ("from", from), ("to", to)]
            .compactMap { name, value in value.map { "\(name) \($0)" } }
        let question = "Delete the observations of “\(dataset)” with \(parts.joined(separator: ", "))?"
        guard confirmation.agrees(to: question) else { return "Nothing was deleted." }
        let report = try await useCases.edit.deleteObservations(
            of: dataset, series: series, channel: channel, from: from.map { TimeValue($0) },
            to: to.map { TimeValue($0) })
        return "\(report.deleted) observations of “\(dataset)” are deleted."
    }
}
