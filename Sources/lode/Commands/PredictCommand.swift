import ArgumentParser
import LodeDomain
import LodeService

struct PredictCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Answers what a series was or will be, at any times.",
        discussion: """
            The answer goes by the stored observations of the series, with --as-of only by those up to that time. Each \
            time gets the median, the quantiles asked for (10 % and 90 % bound the 80 % band), and whether it lies \
            between the observations or beyond them, and how far from the nearest.

            Example: lode predict co2 1990 --at 100,200.5,300
            Example: lode predict co2@candidate 1990 --at 100
            Example: lode predict co2 1990 --from 0 --to 365 --count 13 --as-of 180
            Example: printf '10\\n20.5\\n' | lode predict co2 1990 --at - --csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The model that answers: DATASET, DATASET@ALIAS or DATASET@VERSION.") var dataset: String
    @Argument(help: "The series.") var series: String
    @OptionGroup var time: TimeOptions
    @Option(parsing: .unconditional, help: "Use only observations up to this time.") var asOf: String?
    @Option(help: "Quantiles, ascending, separated by commas.") var quantiles = "0.1,0.5,0.9"
    @Option(name: .customLong("version"), help: "The model version (default: production, else the latest).")
    var modelVersion: Int?
    @Option(help: "Posterior samples to average over.") var samples = PredictionRequest.defaultSamples
    @Option(help: "Decides the samples; the same seed gives the same answer.") var seed: UInt64 = 1
    @Option(help: "The relative tolerance of the solver, such as 1e-3 for speed (default: the model's own).")
    var tolerance: Double?
    @Flag(help: "Judge each observation by the others, and the series as a whole.") var anomalies = false
    @Flag(help: "Print the result as JSON.") var json = false
    @Flag(help: "Print the result as CSV, a line for each time and channel.") var csv = false

    func validate() throws {
        if json, csv { throw ValidationError("--json and --csv are two different outputs: choose one.") }
    }

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings, for: .reading) { try await show($0) }
    }

    private func show(_ useCases: UseCases) async throws {
        let axis = try await useCases.catalog.describe(dataset: ModelReference(parsing: dataset).dataset).timeAxis.axis
        let times = try time.times(on: axis, defaultCount: 25)
        guard !times.isEmpty else { throw InputError.timesMissing }
        var request = PredictionRequest(
            dataset: dataset, version: modelVersion, series: series, times: times, asOf: asOf.map { TimeValue($0) },
            quantiles: try Self.numbers(quantiles), samples: samples, seed: seed)
        request.tolerance = tolerance
        request.anomalies = anomalies
        let answer = try await useCases.prediction.predict(request)
        if json { return try Terminal.result(json: answer) }
        if csv {
            answer.warnings.forEach { notices.warn($0) }
            return try await PredictionTable([answer], layout: .long).write { try Terminal.result(part: $0) }
        }
        if let outcome = answer.outcome {
            let kind = outcome.isProbability ? "probability of" : "expected"
            Terminal.result("\(kind) \(outcome.name): \(NumberText.fixed(outcome.value, 3))")
        }
        if let next = answer.nextObservation { Terminal.result(Self.text(next)) }
        if let anomaly = answer.seriesAnomaly { Terminal.result(Self.text(anomaly)) }
        if let anomalies = answer.anomalies { Self.table(anomalies).lines.forEach(Terminal.result) }
        for channel in answer.channels {
            if answer.channels.count > 1 { Terminal.result("Channel \(channel.channel):") }
            Self.table(answer, channel).lines.forEach(Terminal.result)
        }
        answer.warnings.forEach { notices.warn($0) }
    }

    private static func text(_ next: PredictionAnswer.NextObservation) -> String {
        let times = ([next.after, next.mean] + next.quantiles.values).compactMap { time -> Double? in
            if case .number(let number)? = time { number } else { nil }
        }
        let digits = NumberText.digits(for: (times.max() ?? 0) - (times.min() ?? 0))
        func text(_ time: TimeValue) -> String {
            if case .number(let number) = time { NumberText.fixed(number, digits) } else { time.description }
        }
        let quantiles = next.quantiles.keys.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) }.map { key in
            let time = (next.quantiles[key] ?? nil).map(text) ?? "later than can be told"
            return "\(NumberText.percent(Double(key))) by \(time)"
        }
        let mean = next.mean.map { ", \(text($0)) on average" } ?? ""
        return "next observation after \(text(next.after)): \(quantiles.joined(separator: ", "))\(mean)"
    }

    private static func text(_ anomaly: PredictionAnswer.SeriesAnomaly) -> String {
        let density = "log-density of the series: \(NumberText.fixed(anomaly.logDensity, 3)) nats a value"
        guard let rank = anomaly.rank else { return density }
        return density + ", above \(NumberText.percent(rank)) of \(anomaly.references) validation series"
    }

    /// The ten observations that the others speak most against.
    private static func table(_ anomalies: [PredictionAnswer.Anomaly]) -> TextTable {
        let odd = anomalies.sorted { $0.tailProbability < $1.tailProbability }.prefix(10)
        var table = TextTable([
            ("least expected", .right), ("channel", .left), ("value", .right), ("expected", .right),
            ("tail probability", .right),
        ])
        for anomaly in odd {
            table.add([
                anomaly.time.description, anomaly.channel, NumberText.short(anomaly.value),
                NumberText.short(anomaly.expected), NumberText.short(anomaly.tailProbability),
            ])
        }
        return table
    }

    private static func numbers(_ text: String) throws(ServiceError) -> [Double] {
        var numbers: [Double] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Double(part) else {
                throw .invalidRequest(
                    pointer: "--quantiles", value: "“\(text)”", expected: "numbers separated by commas")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func table(_ answer: PredictionAnswer, _ channel: PredictionAnswer.Channel) -> TextTable {
        let keys = channel.quantiles.keys.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) }.filter { $0 != "0.5" }
        let values = channel.quantiles.values.joined()
        let digits = NumberText.digits(for: (values.max() ?? 0) - (values.min() ?? 0))
        var table = TextTable(
            [("time", .right), (channel.channel, .right)]
                + keys.map { (NumberText.percent(Double($0)), .right) } + [("", .left), ("distance", .right)]
                + (answer.intensities == nil ? [] : [("rate", .right)]))
        for (index, time) in answer.times.enumerated() {
            table.add(
                [time.description, NumberText.fixed(channel.median[index], digits)]
                    + keys.map { NumberText.fixed(channel.quantiles[$0]?[index] ?? .nan, digits) }
                    + [
                        answer.regimes[index].rawValue,
                        answer.distances[index].map { "\(NumberText.short($0)) \(answer.distanceUnit ?? "")" } ?? "-",
                    ] + (answer.intensities.map { [NumberText.short($0[index])] } ?? []))
        }
        return table
    }
}
