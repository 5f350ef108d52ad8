import ArgumentParser
import Foundation
import LodeDomain
import LodeService

struct IngestCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Reads observations from a file.",
        discussion: """
            The form follows from the file's name, or from --format: .csv and .tsv with a header, either \
            series,time,channel,value or series,time and a column for each channel; .ndjson or .jsonl; .lp for \
            InfluxDB line protocol. Each may be gzip (.gz). Times are numbers, or date-times such as \
            2024-05-01T12:00:00Z. All lines are taken, or none where one has a fault (or with --partial all good ones). \
            Reading the same file again changes nothing; on the same series, time and channel the last file wins.

            --as statics and --as labels read facts of series instead, from a CSV with the columns series,name,value; --as \
            channels reads units and kinds (measured or input) from one with the columns channel,unit,kind.

            A text is one transaction, during which other programs wait to write; with --partial a long one is committed in \
            parts of 262,144 values, between which they may.

            Example: lode ingest Examples/mauna-loa-co2.csv --dataset co2 --time-unit days
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, tsv, ndjson, lineProtocol = "line-protocol"
    }

    enum Content: String, ExpressibleByArgument, CaseIterable {
        case observations, statics, labels, channels
    }

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file; - for standard input.") var file: String
    @Option(help: "The dataset's name; it is made if there is none.") var dataset: String
    @Option(help: "csv, tsv, ndjson or line-protocol (default: by the file's name, else csv).") var format: Format?
    @Option(name: .customLong("as"), help: "What the file holds: observations, statics, labels or channels.")
    var content = Content.observations
    @Option(help: "The unit of numeric times, such as days; for a new dataset.") var timeUnit: String?
    @Flag(help: "Times are date-times; without this and --time-unit the first time decides.") var dateTime = false
    @Option(help: "What separates fields: a character, or tab (default: guessed).") var delimiter: String?
    @Option(help: "The column that names the series (default: series).") var seriesColumn: String?
    @Option(help: "The series of a file without such a column.") var series: String?
    @Option(help: "The column with the time (default: time).") var timeColumn: String?
    @Option(help: "The columns to take as channels, separated by commas (default: all others).")
    var channels: String?
    @Option(help: "Channels known for the future too, such as a planned dose, separated by commas.")
    var inputs: String?
    @Option(help: "Marks of missing values, separated by commas, such as NA,-999.") var missing: String?
    @Option(help: "What timestamps of line protocol count: ns, us, ms, s, m or h.") var precision = "ns"
    @Flag(help: "Keep the good rows, and tell the others.") var partial = false
    @Flag(help: "Write nothing; tell what would happen.") var dryRun = false
    @Flag(help: "Print the result as JSON.") var json = false

    func validate() throws {
        if dateTime, timeUnit != nil { throw ValidationError("--date-time and --time-unit exclude each other.") }
        if let delimiter, delimiter != "tab", delimiter.utf8.count != 1 {
            throw ValidationError("--delimiter is one character, or tab.")
        }
        if content == .channels, partial || dryRun {
            throw ValidationError("--partial and --dry-run do not go with --as channels.")
        }
        guard LineProtocolPrecision(written: precision) != nil else {
            throw ValidationError("--precision is ns, us, ms, s, m or h.")
        }
    }

    func perform(_ settings: Settings) async throws {
        // The database first: its absence is the more likely mistake, and input may be a pipe.
        try await UseCases.reach(settings) { useCases in
            if useCases.session?.isReadOnly == true { throw StoreError.readOnly(path: settings.database) }
            let meter = IngestMeter(notices)
            let text = try InputFile.text(file, spoolingIn: settings.spoolFolder, onProgress: meter.showUnpacked)
            switch content {
            case .observations: try await ingestObservations(text, useCases)
            case .statics: try await ingestFacts(text, .statics, useCases)
            case .labels: try await ingestFacts(text, .labels, useCases)
            case .channels:
                let count = try await useCases.ingest.ingest(channels: text, into: dataset)
                Terminal.result("\(count) channels of “\(dataset)” are described.")
            }
        }
    }

    private func ingestFacts(_ text: IngestText, _ kind: FactKind, _ useCases: UseCases) async throws {
        let answer = try await useCases.ingest.ingest(
            facts: text,
            FactRequest(dataset: dataset, kind: kind, keepsGoodRows: partial, isRehearsal: dryRun))
        if json { return try Terminal.result(json: answer) }
        note(answer.rejections, of: answer.rejected)
        Terminal.result(
            (dryRun ? "Would be: " : "") + "\(answer.rows) \(kind.rawValue) into “\(answer.dataset)”: "
                + "\(answer.inserted) new, \(answer.updated) changed, \(answer.unchanged) unchanged"
                + (partial ? ", \(answer.rejected) refused." : "."))
    }

    private func note(_ rejections: [IngestAnswer.Rejection], of count: Int) {
        for rejection in rejections {
            let place = rejection.column.map { ", column \($0)" } ?? ""
            let name = rejection.name.map { " (\($0))" } ?? ""
            notices.warn("refused: line \(rejection.line)\(place)\(name): \(rejection.reason)")
        }
        if count > rejections.count { notices.warn("\(count) refused in all.") }
    }

    private func ingestObservations(_ text: IngestText, _ useCases: UseCases) async throws {
        let axis: TimeAxis? = dateTime ? .dateTime : timeUnit.map { .numeric(unit: $0) }
        let meter = IngestMeter(notices)
        let answer = try await useCases.ingest.ingest(
            text,
            IngestRequest(
                dataset: dataset, format: try textFormat(), timeAxis: axis, keepsGoodRows: partial, isRehearsal: dryRun,
                inputChannels: inputs?.split(separator: ",").map(String.init) ?? [], commitsParts: true),
            onProgress: meter.show)
        meter.clear()
        if json { return try Terminal.result(json: answer) }
        if delimiter == nil, let found = answer.delimiter, found != "comma" {
            note("Fields are separated by: \(found).")
        }
        note(answer.rejections, of: answer.rejected)
        Terminal.result(
            (dryRun ? "Would be: " : "")
                + "\(answer.rows) observations of \(answer.series) series into “\(answer.dataset)”: "
                + "\(answer.inserted) new, \(answer.updated) changed, \(answer.unchanged) unchanged"
                + (partial ? ", \(answer.rejected) refused." : "."))
        if answer.created, !dryRun { note("Next: lode train \(dataset) --here") }
    }

    private func textFormat() throws -> IngestRequest.Format {
        let name = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
        let byName: Format =
            switch name.split(separator: ".").last.map({ $0.lowercased() }) {
            case "tsv", "tab": .tsv
            case "ndjson", "jsonl": .ndjson
            case "lp", "line": .lineProtocol
            default: .csv
            }
        switch format ?? byName {
        case .ndjson: return .ndjson
        case .lineProtocol: return .lineProtocol(LineProtocolPrecision(written: precision) ?? .nanoseconds)
        case .csv, .tsv:
            let told = delimiter.flatMap { $0 == "tab" ? UInt8(ascii: "\t") : $0.utf8.first }
            return .delimited(
                DelimitedLayout(
                    delimiter: told ?? ((format ?? byName) == .tsv ? UInt8(ascii: "\t") : nil),
                    seriesColumn: seriesColumn, seriesName: series, timeColumn: timeColumn,
                    channelColumns: channels?.split(separator: ",").map(String.init),
                    missingMarks: Set(missing?.split(separator: ",").map(String.init) ?? [])))
        }
    }
}
