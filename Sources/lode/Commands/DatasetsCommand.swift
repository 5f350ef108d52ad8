import ArgumentParser
import LodeService

struct DatasetsCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets", abstract: "Lists the datasets.",
        discussion: "Example: lode datasets --json")

    @OptionGroup var common: CommonOptions
    @OptionGroup var form: TableOptions

    func perform(_ settings: Settings) async throws {
        let datasets = try await UseCases.reach(settings, for: .reading) { try await $0.catalog.datasets() }
        try form.show(
            datasets, ListTable(datasets, Self.columns), notices: notices,
            note: "No datasets yet. Next: lode ingest FILE --dataset NAME")
    }

    private static let columns: [ListTable<DatasetDescription>.Column] = [
        .words("dataset") { $0.name }, .numbers("series") { "\($0.series)" },
        .numbers("observations") { "\($0.observations)" },
        .words("channels") { $0.channels.map(\.name).joined(separator: ",") },
        .words("time") { $0.timeAxis.axis.phrase }, .words("from") { $0.firstTime?.description },
        .words("to") { $0.lastTime?.description },
        .words("model") { $0.latestModelVersion.map { "version \($0)" } ?? "none" },
    ]
}
