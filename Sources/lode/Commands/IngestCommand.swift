import ArgumentParser
import Foundation
import LodeDomain
import LodeService

struct IngestCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Reads observations from a CSV file.",
        discussion: """
            The file has a header with the columns series,time,channel,value, in any order, and one observed value a \
            line. Times are numbers, or date-times such as 2024-05-01T12:00:00Z. Leave out what was not observed. \
            All lines are taken, or none where one has a fault. Reading the same file again changes nothing; on the \
            same series, time and channel the last file wins.

            Example: lode ingest Examples/mauna-loa-co2.csv --dataset co2 --time-unit days
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The CSV file; - for standard input.") var file: String
    @Option(help: "The dataset's name; it is made if there is none.") var dataset: String
    @Option(help: "The unit of numeric times, such as days; for a new dataset.") var timeUnit: String?
    @Flag(help: "Times are date-times; without this and --time-unit the first time decides.") var dateTime = false
    @Flag(help: "Print the result as JSON.") var json = false

    func validate() throws {
        if dateTime, timeUnit != nil { throw ValidationError("--date-time and --time-unit exclude each other.") }
    }

    func perform(_ settings: Settings) async throws {
        let axis: TimeAxis? = dateTime ? .dateTime : timeUnit.map { .numeric(unit: $0) }
        // The database first: its absence is the more likely mistake, and input may be a pipe.
        let session = try Session(settings)
        let text = try InputFile.bytes(file)
        let answer = try await session.ingest.ingest(csv: text, into: dataset, timeAxis: axis)
        try session.close()
        if json {
            try Terminal.result(json: answer)
        } else {
            Terminal.result(
                "\(answer.rows) observations of \(answer.series) series into “\(answer.dataset)”: "
                    + "\(answer.inserted) new, \(answer.updated) changed, \(answer.unchanged) unchanged.")
            if answer.created { Terminal.note("Next: lode train \(dataset) --here") }
        }
    }
}
