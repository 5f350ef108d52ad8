import ArgumentParser
import LodeDomain
import LodeService

/// Which times are asked for.
struct TimeOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: "Times, separated by commas: numbers, or date-times for such a dataset; - reads them from standard input."
    )
    var at: [String] = []

    @Option(parsing: .unconditional, help: "The first time of a range.")
    var from: String?

    @Option(parsing: .unconditional, help: "The last time of a range.")
    var to: String?

    @Option(help: "How many times a range has, evenly spaced.")
    var count: Int?

    func validate() throws {
        if (from == nil) != (to == nil) { throw ValidationError("A range has both ends: give --from and --to.") }
        if let count, count < 2 || count > PredictionService.mostTimes {
            throw ValidationError("--count is from 2 to \(PredictionService.mostTimes).")
        }
    }

    /// The times named by `--at`, then those of the range; `defaultCount` serves where `--count` is not given.
    func times(on axis: TimeAxis, defaultCount: Int) throws -> [TimeValue] {
        var times: [TimeValue] = []
        for text in at {
            let words = text == "-" ? String(decoding: try InputFile.bytes("-"), as: UTF8.self) : text
            times += words.split { $0 == "," || $0.isWhitespace }.map { TimeValue(String($0)) }
        }
        if let from, let to {
            let first = try TimeValue(from).time(on: axis, pointer: "--from")
            let last = try TimeValue(to).time(on: axis, pointer: "--to")
            times += Self.grid(first, last, count ?? defaultCount).map { TimeValue($0, on: axis) }
        }
        return times
    }

    /// `count` times from `first` to `last`.
    static func grid(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
        (0..<count).map { index in first + (last - first) * Double(index) / Double(count - 1) }
    }
}
