import ArgumentParser
import LodeService

struct ExportModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a model version to a folder.",
        discussion: """
            The folder gets model.json and weights.safetensors, which other programs can read too; \
            docs/formats/model-package.md says how.

            Example: lode models export co2@production co2-model
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @Argument(help: "The folder to make.") var folder: String

    func perform(_ settings: Settings) async throws {
        let package = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.models.export(ModelReference(parsing: model))
        }
        try PackageFolder(path: folder).write(package)
        Terminal.result("\(folder): version \(package.document.version) of the model of “\(package.document.dataset)”.")
    }
}

struct ImportModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Adds a model version from a folder that was exported.",
        discussion: """
            The dataset must have the model's channels and count time as its own did. Everything is checked before \
            anything is written; no alias points at the new version yet.

            Example: lode models import co2-model --dataset co2
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The folder.") var folder: String
    @Option(help: "The dataset that the model is to answer for.") var dataset: String
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let source = PackageFolder(path: folder)
        let version = try await UseCases.reach(settings) { useCases in
            let document = try ModelPackage.Document(parsing: source.documentBytes())
            return try await useCases.models.add(
                ModelPackage(document: document, weights: try source.weights()), to: dataset)
        }
        if json { return try Terminal.result(json: version) }
        Terminal.result("Version \(version.version) of the model of “\(dataset)”, imported from \(folder).")
        note("Next: lode models promote \(dataset)@\(version.version)")
    }
}
