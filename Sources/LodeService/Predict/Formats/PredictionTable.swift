import LodeDomain

/// Answers as rows, for programs that read tables.
public struct PredictionTable: Sendable {
    /// What a row is.
    public enum Layout: Hashable, Sendable, CaseIterable {
        /// CSV, a row for each series, time and channel.
        case long
        /// CSV, a row for each series and time and a column for each channel, named as Nixtla's libraries do: `unique_id`, `ds`,
        /// `<channel>`, `<channel>-lo-80`, `<channel>-hi-80`.
        case wide
        /// JSON, an object on a line for each series and time.
        case lines
    }

    private let answers: [PredictionAnswer]
    private let layout: Layout
    private static let rowsPerPart = 2048

    /// Rows of answers of one model to one question, which have the same channels, quantiles and levels.
    public init(_ answers: [PredictionAnswer], layout: Layout) {
        self.answers = answers
        self.layout = layout
    }

    /// The rows, some at a time, in order.
    public func write(_ body: ([UInt8]) async throws -> Void) async throws {
        if let head { try await body(head) }
        for answer in answers {
            var first = 0
            while first < answer.times.count {
                let rows = first..<min(first + Self.rowsPerPart, answer.times.count)
                try await body(text(of: rows, in: answer))
                first = rows.upperBound
            }
        }
    }

    private func text(of rows: Range<Int>, in answer: PredictionAnswer) -> [UInt8] {
        switch layout {
        case .lines:
            var json = JSONBytes(capacity: rows.count * 128)
            for row in rows {
                answer.writeLine(row, to: &json)
                json.endLine()
            }
            return json.bytes
        case .long:
            var text: [UInt8] = []
            for row in rows {
                for channel in answer.channels { appendLong(channel, row, of: answer, to: &text) }
            }
            return text
        case .wide:
            var text: [UInt8] = []
            for row in rows {
                text += CSVText.field(answer.series ?? "")
                text.append(UInt8(ascii: ","))
                text += CSVText.field(answer.times[row].description)
                for channel in answer.channels {
                    append(channel.median[row], to: &text)
                    for (_, lower, upper) in channel.sortedIntervals {
                        append(lower[row], to: &text)
                        append(upper[row], to: &text)
                    }
                    for (_, values) in channel.sortedQuantiles { append(values[row], to: &text) }
                }
                text.append(UInt8(ascii: "\n"))
            }
            return text
        }
    }

    private func appendLong(
        _ channel: PredictionAnswer.Channel, _ row: Int, of answer: PredictionAnswer, to text: inout [UInt8]
    ) {
        let fields = [
            CSVText.field(answer.series ?? ""), CSVText.field(answer.times[row].description),
            CSVText.field(channel.channel), Array(answer.regimes[row].rawValue.utf8),
        ]
        text += fields.joined(separator: [UInt8(ascii: ",")])
        if let distance = answer.distances[row] {
            append(distance, to: &text)
        } else {
            text.append(UInt8(ascii: ","))
        }
        append(channel.mean[row], to: &text)
        append(channel.standardDeviation[row], to: &text)
        append(channel.median[row], to: &text)
        for (_, lower, upper) in channel.sortedIntervals {
            append(lower[row], to: &text)
            append(upper[row], to: &text)
        }
        for (_, values) in channel.sortedQuantiles { append(values[row], to: &text) }
        text.append(UInt8(ascii: "\n"))
    }

    private func append(_ value: Double, to text: inout [UInt8]) {
        text.append(UInt8(ascii: ","))
        // An empty field is how tables say that there is no number.
        if value.isFinite { NumberBytes.append(value, to: &text) }
    }

    /// The line of names, where there is one.
    private var head: [UInt8]? {
        guard layout != .lines, let answer = answers.first else { return nil }
        var names = layout == .wide ? ["unique_id", "ds"] : ["series", "time", "channel", "regime", "distance"]
        if layout == .long { names += ["mean", "standardDeviation", "median"] }
        for channel in layout == .wide ? answer.channels : Array(answer.channels.prefix(1)) {
            let prefix = layout == .wide ? "\(channel.channel)-" : ""
            if layout == .wide { names.append(channel.channel) }
            for (level, _, _) in channel.sortedIntervals { names += ["\(prefix)lo-\(level)", "\(prefix)hi-\(level)"] }
            for (quantile, _) in channel.sortedQuantiles { names.append("\(prefix)q-\(quantile)") }
        }
        return Array(names.map(CSVText.field).joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "\n")]
    }
}

extension PredictionAnswer.Channel {
    /// The intervals, the narrowest first.
    fileprivate var sortedIntervals: [(String, [Double], [Double])] {
        (intervals ?? [:]).sorted { (Double($0.key) ?? 0) < (Double($1.key) ?? 0) }
            .map { ($0.key, $0.value.lower, $0.value.upper) }
    }

    /// The quantiles but the median, which has a column of its own.
    fileprivate var sortedQuantiles: [(String, [Double])] {
        quantiles.filter { $0.key != "0.5" }.sorted { (Double($0.key) ?? 0) < (Double($1.key) ?? 0) }
            .map { ($0.key, $0.value) }
    }
}

extension PredictionAnswer {
    /// One time of an answer as a JSON object.
    fileprivate func writeLine(_ row: Int, to json: inout JSONBytes) {
        json.object { json in
            json.key("channels")
            json.object { json in
                for channel in channels.sorted(by: { $0.channel < $1.channel }) {
                    json.key(channel.channel)
                    channel.writeValues(row, to: &json)
                }
            }
            if let distance = distances[row] {
                json.key("distance")
                json.number(distance)
            }
            json.key("modelVersion")
            json.integer(modelVersion)
            json.key("regime")
            json.string(regimes[row].rawValue)
            if let series {
                json.key("series")
                json.string(series)
            }
            json.key("time")
            json.time(times[row])
        }
    }
}

extension PredictionAnswer.Channel {
    fileprivate func writeValues(_ row: Int, to json: inout JSONBytes) {
        json.object { json in
            if intervals != nil {
                json.key("intervals")
                json.object { json in
                    for (level, lower, upper) in sortedIntervals {
                        json.key(level)
                        json.numbers([lower[row], upper[row]])
                    }
                }
            }
            json.key("mean")
            json.number(mean[row])
            json.key("median")
            json.number(median[row])
            json.key("quantiles")
            json.object { json in
                for (quantile, values) in sortedQuantiles {
                    json.key(quantile)
                    json.number(values[row])
                }
            }
            json.key("standardDeviation")
            json.number(standardDeviation[row])
        }
    }
}
