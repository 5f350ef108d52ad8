import ArgumentParser
import LodeDomain
import LodeService
import LodeStore

struct PlotCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draws a series in the terminal: observations, median and band.",
        discussion: """
            Without a model only the observations are drawn. --truth names a CSV file in the form that ingest reads, \
            with values that were held out, to be drawn beside the prediction.

            Example: lode plot co2 1990 --from 0 --to 365
            Example: lode plot co2 1990 --as-of 180 --truth held-out.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Argument(help: "The series.") var series: String
    @Option(help: "The channel (default: the first).") var channel: String?
    @Option(parsing: .unconditional, help: "The left end (default: the first observation).") var from: String?
    @Option(parsing: .unconditional, help: "The right end (default: the last observation).") var to: String?
    @Option(parsing: .unconditional, help: "Use only observations up to this time.") var asOf: String?
    @Option(help: "A CSV file of held-out values.") var truth: String?
    @Option(name: .customLong("version"), help: "The model version (default: production, else the latest).")
    var modelVersion: Int?
    @Option(help: "Columns of the plot (default: the terminal's).") var width: Int?
    @Option(help: "Lines of the plot.") var height = 20
    @Flag(help: "Print what would be drawn as JSON.") var json = false

    func validate() throws {
        if let width, !(30...1000).contains(width) { throw ValidationError("--width is from 30 to 1000.") }
        guard (5...200).contains(height) else { throw ValidationError("--height is from 5 to 200.") }
    }

    private struct Drawing: Encodable {
        var observations: [[Double]]
        var heldOut: [[Double]]
        var prediction: PredictionAnswer?
    }

    func perform(_ settings: Settings) async throws {
        try await Session.use(settings, for: .reading) { try await show($0) }
    }

    private func show(_ session: Session) async throws {
        let name = try ModelReference(parsing: dataset).dataset
        let description = try await session.catalog.describe(dataset: name)
        let axis = description.timeAxis.axis
        let known = description.channels.map(\.name)
        let shown = channel ?? known.first ?? ""
        guard known.contains(shown) else { throw ServiceError.channelNotFound(shown, known: known) }
        let cut = try asOf.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--as-of") }
        let seen = try await session.catalog.observations(of: series, in: name, channel: shown, asOf: cut)
        let heldOut = try truth.map { path in try heldOutPoints(path, axis: axis, channel: shown) } ?? []

        let times = (seen + heldOut).map(\.time)
        let first = try from.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--from") }
        let last = try to.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--to") }
        guard let start = first ?? times.min(), let end = last ?? times.max() else {
            throw InputError.seriesHasNothingToShow(series)
        }
        let prediction =
            description.latestModelVersion == nil
            ? nil
            : try await session.prediction.predict(
                PredictionRequest(
                    dataset: dataset, version: modelVersion, series: series,
                    times: TimeOptions.grid(start, max(end, start + 1e-9), 400).map { TimeValue($0, on: axis) },
                    asOf: asOf.map { TimeValue($0) }))
        if json {
            return try Terminal.result(
                json: Drawing(
                    observations: seen.map { [$0.time, $0.value] }, heldOut: heldOut.map { [$0.time, $0.value] },
                    prediction: prediction))
        }
        let plot = SeriesPlot(
            title: "\(dataset) \(series): \(shown)", axis: axis, span: start...max(end, start + 1e-9), seen: seen,
            heldOut: heldOut, forecast: prediction?.channels.first { $0.channel == shown })
        plot.lines(width: width ?? Terminal.width, height: height).forEach(Terminal.result)
        prediction?.warnings.forEach { Terminal.note("warning: \($0)") }
    }

    private func heldOutPoints(
        _ path: String, axis: TimeAxis, channel: String
    ) throws -> [SeriesObservations.Point] {
        let rows = try IngestService.rows(ofCSV: try InputFile.bytes(path), timeAxis: axis)
        return rows.filter { $0.series == series && $0.channel == channel }
            .map { SeriesObservations.Point(time: $0.time, channel: 0, value: $0.value) }
    }
}
