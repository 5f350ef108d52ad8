internal import Foundation
public import LodeTraining

/// A folder of one data set: `observations.csv.gz`, and `statics.csv` and `labels.csv` where there are any.
public struct DataFolder: Sendable, Hashable {
    /// Where it lies.
    public var path: String

    /// A folder.
    public init(path: String) {
        self.path = path
    }

    /// Series with the names of their channels.
    public struct Contents: Sendable, Hashable {
        /// In the order of the file.
        public var series: [ChannelSeries]
        /// C names, in order of the alphabet.
        public var channels: [String]
    }

    /// Reads `observations.csv.gz` or `observations.csv`, rows `series,time,channel,value` sorted by series and time.
    public func observations() throws(ExperimentError) -> Contents {
        let file = try file("observations")
        var rows: [Row] = []
        var channels: Set<String> = []
        try forEachLine(of: file) { series, time, channel, value in
            rows.append(Row(series: series, time: time, channel: channel, value: value))
            channels.insert(channel)
        }
        let names = channels.sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var result: [ChannelSeries] = []
        for row in rows {
            if result.last?.name != row.series {
                result.append(ChannelSeries(name: row.series, times: [], values: [], mask: []))
            }
            guard let channel = numbers[row.channel] else { continue }
            let last = result.count - 1
            if result[last].times.last != row.time {
                result[last].times.append(row.time)
                result[last].values += Array(repeating: 0, count: names.count)
                result[last].mask += Array(repeating: false, count: names.count)
            }
            let cell = (result[last].times.count - 1) * names.count + channel
            result[last].values[cell] = row.value
            result[last].mask[cell] = true
        }
        for one in result where zip(one.times, one.times.dropFirst()).contains(where: { $0 >= $1 }) {
            throw .unsuitableData(detail: "the rows of series \(one.name) in \(file) are not sorted by time")
        }
        guard Set(result.map(\.name)).count == result.count else {
            throw .unsuitableData(detail: "the rows of \(file) are not sorted by series")
        }
        return Contents(series: result, channels: names)
    }

    /// Reads `statics.csv` or `labels.csv`, rows `series,name,value`: series, then name, to value.
    public func facts(_ table: String) throws(ExperimentError) -> [String: [String: Double]] {
        let file = try file(table)
        var result: [String: [String: Double]] = [:]
        for (index, line) in try lines(of: file).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 3, let value = Double(fields[2]) else {
                throw .badLine(path: file, line: index + 2)
            }
            result[String(fields[0]), default: [:]][String(fields[1])] = value
        }
        return result
    }

    private struct Row {
        var series: String
        var time: Double
        var channel: String
        var value: Double
    }

    private func file(_ name: String) throws(ExperimentError) -> String {
        for suffix in [".csv.gz", ".csv"] {
            let candidate = path + "/" + name + suffix
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        throw .fileUnreadable(path: path + "/" + name + ".csv.gz", detail: "there is no such file")
    }

    /// The lines after the header.
    private func lines(of file: String) throws(ExperimentError) -> [Substring] {
        let bytes = try DataFile.bytes(at: file)
        return Array(String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst())
    }

    private func forEachLine(
        of file: String, _ body: (_ series: String, _ time: Double, _ channel: String, _ value: Double) -> Void
    ) throws(ExperimentError) {
        // By bytes: substrings of a million lines take half a minute.
        let bytes = try DataFile.bytes(at: file)
        var names: [ArraySlice<UInt8>: String] = [:]
        func name(_ slice: ArraySlice<UInt8>) -> String {
            if let known = names[slice] { return known }
            let text = String(decoding: slice, as: UTF8.self)
            names[slice] = text
            return text
        }
        var number = 0
        for line in bytes.split(separator: 0x0A) {
            number += 1
            if number == 1 { continue }
            let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false)
            guard fields.count == 4, let time = Double(String(decoding: fields[1], as: UTF8.self)),
                let value = Double(String(decoding: fields[3], as: UTF8.self)), time.isFinite, value.isFinite
            else { throw .badLine(path: file, line: number) }
            body(name(fields[0]), time, name(fields[2]), value)
        }
    }
}
