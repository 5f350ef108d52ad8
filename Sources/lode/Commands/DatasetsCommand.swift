import ArgumentParser
import LodeService
import LodeStore

struct DatasetsCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets", abstract: "Lists the datasets.",
        discussion: "Example: lode datasets --json")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let datasets = try await Session.use(settings, for: .reading) { try await $0.catalog.datasets() }
        if json { return try Terminal.result(json: datasets) }
        guard !datasets.isEmpty else {
            return Terminal.note("No datasets yet. Next: lode ingest FILE --dataset NAME")
        }
        var table = TextTable([
            ("dataset", .left), ("series", .right), ("observations", .right), ("channels", .left), ("time", .left),
            ("from", .left), ("to", .left), ("model", .left),
        ])
        for dataset in datasets {
            table.add([
                dataset.name, "\(dataset.series)", "\(dataset.observations)",
                dataset.channels.map(\.name).joined(separator: ","), dataset.timeAxis.axis.phrase,
                dataset.firstTime?.description ?? "-", dataset.lastTime?.description ?? "-",
                dataset.latestModelVersion.map { "version \($0)" } ?? "none",
            ])
        }
        table.lines.forEach(Terminal.result)
    }
}
