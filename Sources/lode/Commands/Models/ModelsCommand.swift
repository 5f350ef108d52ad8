import ArgumentParser
import LodeDomain
import LodeService

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
    @OptionGroup var form: TableOptions

    func perform(_ settings: Settings) async throws {
        let versions = try await UseCases.reach(settings, for: .reading) { useCases in
            guard let dataset else { return try await useCases.models.all().flatMap(\.versions) }
            return try await useCases.catalog.modelVersions(of: dataset)
        }
        try form.show(
            versions, ListTable(versions, Self.columns), notices: notices,
            note: "No model yet. Next: lode train \(dataset ?? "DATASET") --here")
    }

    private static let columns: [ListTable<ModelVersionDescription>.Column] = [
        .words("model") { "\($0.dataset)@\($0.version)" },
        .words("aliases") { $0.aliases.joined(separator: ", ") },
        .words("published") { $0.createdAt },
        .numbers("job") { version in version.job.map { "\($0)" } ?? version.origin.rawValue },
        .numbers("epochs") { version in version.metadata.map { "\($0.epochs)" } },
        error("interpolation MSE") { $0.interpolation }, error("extrapolation MSE") { $0.extrapolation },
        .words("", named: "problem") { version in
            version.problem ?? (version.metadata?.evaluation.losses.isEmpty == false ? "loses to a baseline" : nil)
        },
    ]

    /// A column with the model's error in one regime.
    private static func error(
        _ title: String, _ regime: @escaping @Sendable (EvaluationReport) -> EvaluationReport.Regime?
    ) -> ListTable<ModelVersionDescription>.Column {
        @Sendable func error(_ version: ModelVersionDescription) -> Double? {
            version.metadata.flatMap { regime($0.evaluation)?.model?.meanSquaredError }
        }
        return .numbers(title, exact: { error($0).map { "\($0)" } }, { error($0).map { NumberText.fixed($0, 5) } })
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
        let version = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.catalog.modelVersion(ModelReference(parsing: model, number: modelVersion))
        }
        if json { return try Terminal.result(json: version) }
        ModelReport.lines(version).forEach(Terminal.result)
    }
}
