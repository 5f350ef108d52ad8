import ArgumentParser
import LodeDomain
import LodeService

struct PlotCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draws a series: observations, median and bands, in the terminal or as an image.",
        discussion: """
            Without a model only the observations are drawn. --truth names a CSV file in the form that ingest reads, \
            with values that were held out, to be drawn beside the prediction.

            Example: lode plot co2 1990 --from 0 --to 365
            Example: lode plot co2 1990 --as-of 180 --truth held-out.csv
            Example: lode plot co2 1990 --output 1990.png
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
    @OptionGroup var picture: PictureOptions
    @Flag(help: "Print what would be drawn as JSON.") var json = false

    func validate() throws {
        if let width, !(30...1000).contains(width) { throw ValidationError("--width is from 30 to 1000.") }
        guard (5...200).contains(height) else { throw ValidationError("--height is from 5 to 200.") }
        if json, picture.file != nil {
            throw ValidationError("--json and an image are two different outputs: choose one.")
        }
    }

    /// More parts than any picture has columns; each keeps what shows of it.
    private static let mostBuckets = 10_000

    private struct Drawing: Encodable {
        var observations: [[Double]]
        var heldOut: [[Double]]
        var prediction: PredictionAnswer?
    }

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings, for: .reading) { try await show($0) }
    }

    private func show(_ useCases: UseCases) async throws {
        let name = try ModelReference(parsing: dataset).dataset
        let description = try await useCases.catalog.describe(dataset: name)
        let axis = description.timeAxis.axis
        let known = description.channels.map(\.name)
        let shown = channel ?? known.first ?? ""
        guard known.contains(shown) else { throw ServiceError.channelNotFound(shown, known: known) }
        let cut = try asOf.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--as-of") }
        let curve = try await useCases.edit.curve(
            CurveRequest(
                dataset: name, series: series, channel: shown, to: cut.map { TimeValue($0, on: axis) },
                buckets: Self.mostBuckets))
        var seen: [SeriesObservations.Point] = []
        for (time, value) in zip(curve.times, curve.values) {
            seen.append(
                SeriesObservations.Point(time: try time.time(on: axis, pointer: "/times"), channel: 0, value: value))
        }
        let heldOut = try truth.map { path in try heldOutPoints(path, axis: axis, channel: shown) } ?? []

        let times = (seen + heldOut).map(\.time)
        let first = try from.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--from") }
        let last = try to.map { text throws(ServiceError) in try TimeValue(text).time(on: axis, pointer: "--to") }
        guard let start = first ?? times.min(), let end = last ?? times.max() else {
            throw InputError.seriesHasNothingToShow(series)
        }
        let span = start...max(end, start + 1e-9)
        let prediction = description.latestModelVersion == nil ? nil : try await predict(useCases, span, axis)
        if json {
            return try Terminal.result(
                json: Drawing(
                    observations: seen.map { [$0.time, $0.value] }, heldOut: heldOut.map { [$0.time, $0.value] },
                    prediction: prediction))
        }
        prediction?.warnings.forEach { notices.warn($0) }
        let title = "\(dataset) \(series): \(shown)"
        if let file = picture.file {
            let picture = SeriesPicture(
                title: title, channel: shown, axis: axis, span: span, seen: seen, heldOut: heldOut,
                prediction: prediction)
            guard let text = try picture.svg(width: 900, height: 380) else {
                throw InputError.seriesHasNothingToShow(series)
            }
            return try await file.write(svg: text)
        }
        let plot = SeriesPlot(
            title: title, axis: axis, span: span, seen: seen, heldOut: heldOut,
            forecast: prediction?.channels.first { $0.channel == shown })
        plot.lines(width: width ?? Terminal.width, height: height).forEach(Terminal.result)
    }

    private func predict(
        _ useCases: UseCases, _ span: ClosedRange<Double>, _ axis: TimeAxis
    ) async throws -> PredictionAnswer {
        let times = TimeOptions.grid(span.lowerBound, span.upperBound, 400).map { TimeValue($0, on: axis) }
        var request = PredictionRequest(
            dataset: dataset, version: modelVersion, series: series, times: times, asOf: asOf.map { TimeValue($0) })
        if picture.file != nil { request.levels = SeriesPicture.levels }
        return try await useCases.prediction.predict(request)
    }

    private func heldOutPoints(
        _ path: String, axis: TimeAxis, channel: String
    ) throws -> [SeriesObservations.Point] {
        let rows = try IngestService.rows(ofCSV: try InputFile.bytes(path), timeAxis: axis)
        return rows.filter { $0.series == series && $0.channel == channel }
            .map { SeriesObservations.Point(time: $0.time, channel: 0, value: $0.value) }
    }
}
