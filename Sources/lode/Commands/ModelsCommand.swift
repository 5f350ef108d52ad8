import ArgumentParser
import LodeService

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Shows the model versions of a dataset.",
        discussion: """
            Example: lode models list co2
            Example: lode models show co2
            """,
        subcommands: [ListModels.self, ShowModel.self])
}

struct ListModels: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the model versions of a dataset, newest first.",
        discussion: "Example: lode models list co2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let versions = try await Session(settings).catalog.modelVersions(of: dataset)
        if json { return try Terminal.result(json: versions) }
        guard !versions.isEmpty else { return Terminal.note("No model yet. Next: lode train \(dataset) --here") }
        var table = TextTable([
            ("version", .right), ("published", .left), ("job", .right), ("epochs", .right),
            ("interpolation MSE", .right), ("extrapolation MSE", .right), ("", .left),
        ])
        for version in versions {
            let report = version.metadata.evaluation
            table.add([
                "\(version.version)", version.createdAt, "\(version.job)", "\(version.metadata.epochs)",
                report.interpolation?.model.map { NumberText.fixed($0.meanSquaredError, 5) } ?? "-",
                report.extrapolation?.model.map { NumberText.fixed($0.meanSquaredError, 5) } ?? "-",
                report.losses.isEmpty ? "" : "loses to a baseline",
            ])
        }
        table.lines.forEach(Terminal.result)
    }
}

struct ShowModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a model version beside the simple baselines.",
        discussion: "Example: lode models show co2 --version 2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(name: .customLong("version"), help: "The version (default: the latest).") var modelVersion: Int?
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let version = try await Session(settings).catalog.modelVersion(modelVersion, of: dataset)
        if json { return try Terminal.result(json: version) }
        ModelReport.lines(version).forEach(Terminal.result)
    }
}
