import ArgumentParser
import LodeDomain
import LodeService
import LodeStore

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Shows model versions, and decides which of them answers.",
        discussion: """
            A version is written DATASET@NUMBER, DATASET@ALIAS or DATASET@latest; DATASET alone is the one in \
            production, else the latest. docs/models.md tells more.

            Example: lode models list co2
            Example: lode models promote co2@3
            Example: lode models rollback co2
            """,
        subcommands: [
            ListModels.self, ShowModel.self, PlotModel.self, PromoteModel.self, RollBackModel.self, ModelHistory.self,
            RemoveAlias.self, EvaluateModel.self, CalibrateModel.self, DeleteModel.self, PruneModels.self,
            ExportModel.self, ImportModel.self,
        ])
}

struct ListModels: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the model versions of a dataset, newest first.",
        discussion: "Without a dataset, of all. Example: lode models list co2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String?
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let versions = try await Session.use(settings, for: .reading) { session in
            guard let dataset else { return try await session.modelService.all().flatMap(\.versions) }
            return try await session.catalog.modelVersions(of: dataset)
        }
        if json { return try Terminal.result(json: versions) }
        guard !versions.isEmpty else {
            return Terminal.note("No model yet. Next: lode train \(dataset ?? "DATASET") --here")
        }
        var table = TextTable([
            ("model", .left), ("aliases", .left), ("published", .left), ("job", .right), ("epochs", .right),
            ("interpolation MSE", .right), ("extrapolation MSE", .right), ("", .left),
        ])
        for version in versions {
            let report = version.metadata?.evaluation
            table.add([
                "\(version.dataset)@\(version.version)", version.aliases.joined(separator: ", "), version.createdAt,
                version.job.map { "\($0)" } ?? version.origin.rawValue, version.metadata.map { "\($0.epochs)" } ?? "-",
                report?.interpolation?.model.map { NumberText.fixed($0.meanSquaredError, 5) } ?? "-",
                report?.extrapolation?.model.map { NumberText.fixed($0.meanSquaredError, 5) } ?? "-",
                version.problem ?? (report?.losses.isEmpty == false ? "loses to a baseline" : ""),
            ])
        }
        table.lines.forEach(Terminal.result)
    }
}

struct ShowModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a model version beside the simple baselines.",
        discussion: "Example: lode models show co2@2")

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @Option(name: .customLong("version"), help: "The number of the version, where MODEL names none.")
    var modelVersion: Int?
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let version = try await Session.use(settings, for: .reading) { session in
            try await session.catalog.modelVersion(ModelReference(parsing: model, number: modelVersion))
        }
        if json { return try Terminal.result(json: version) }
        ModelReport.lines(version).forEach(Terminal.result)
    }
}
