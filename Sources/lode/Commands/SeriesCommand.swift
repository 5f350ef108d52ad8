import ArgumentParser
import LodeService

struct SeriesCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Lists the series of a dataset.",
        discussion: "Example: lode series co2 --limit 20")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "Only series whose name contains this; case does not count.") var search: String?
    @Option(help: "Only series whose name comes after this one.") var after: String?
    @Option(help: "The most series to list.") var limit = 1000
    @OptionGroup var form: TableOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is from 1 to 10000.") }
    }

    func perform(_ settings: Settings) async throws {
        let page = try await UseCases.reach(settings, for: .reading) { useCases in
            try await useCases.catalog.series(of: dataset, containing: search, after: after, limit: limit)
        }
        try form.show(page, ListTable(page.series, Self.columns), notices: notices)
        if !form.json, let next = page.next { note("There are more: add --after “\(next)”.") }
    }

    private static let columns: [ListTable<SeriesDescription>.Column] = [
        .words("series") { $0.name }, .numbers("observations") { "\($0.observations)" },
        .numbers("from") { $0.firstTime?.description }, .numbers("to") { $0.lastTime?.description },
    ]
}
