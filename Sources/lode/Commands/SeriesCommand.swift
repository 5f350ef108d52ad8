import ArgumentParser
import LodeService
import LodeStore

struct SeriesCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Lists the series of a dataset.",
        discussion: "Example: lode series co2 --limit 20")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(help: "Only series whose name contains this; case does not count.") var search: String?
    @Option(help: "Only series whose name comes after this one.") var after: String?
    @Option(help: "The most series to list.") var limit = 1000
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let page = try await Session.use(settings, for: .reading) { session in
            try await session.catalog.series(of: dataset, containing: search, after: after, limit: limit)
        }
        if json { return try Terminal.result(json: page) }
        var table = TextTable([
            ("series", .left), ("observations", .right), ("from", .right), ("to", .right),
        ])
        for series in page.series {
            table.add([
                series.name, "\(series.observations)", series.firstTime?.description ?? "-",
                series.lastTime?.description ?? "-",
            ])
        }
        table.lines.forEach(Terminal.result)
        if let next = page.next { Terminal.note("There are more: add --after “\(next)”.") }
    }
}
