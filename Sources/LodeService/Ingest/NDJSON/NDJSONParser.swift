import LodeDomain

/// Reads observations from lines of JSON: `{"series","time","channel","value"}`, or `{"series","time","values"}` with an
/// object of a value for each channel.
struct NDJSONParser: ObservationParser {
    private(set) var timeAxis: TimeAxis
    let refusesConflicts = true
    private(set) var position = 0
    private var line = 0
    private var lineStart = 0

    /// With no `timeAxis`, the first time decides: a string is a date-time.
    init(_ bytes: Span<UInt8>, timeAxis: TimeAxis?) throws(IngestFault) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        self.timeAxis = timeAxis ?? .numeric(unit: nil)
        if timeAxis == nil { self.timeAxis = Self.detectAxis(bytes, from: position) }
    }

    private static func detectAxis(_ bytes: Span<UInt8>, from start: Int) -> TimeAxis {
        // The first key "time" whose value is a string.
        let key = Array("\"time\"".utf8)
        var index = start
        while index + key.count < bytes.count {
            if bytes[index] == key[0], key.indices.allSatisfy({ bytes[index + $0] == key[$0] }) {
                var line = JSONLine(position: index + key.count, end: bytes.count)
                guard line.skip(UInt8(ascii: ":"), bytes) else { return .numeric(unit: nil) }
                return line.peek(bytes) == UInt8(ascii: "\"") ? .dateTime : .numeric(unit: nil)
            }
            index += 1
        }
        return .numeric(unit: nil)
    }

    mutating func parse(
        _ bytes: Span<UInt8>, into sink: inout ObservationSink, rowLimit: Int
    ) throws(IngestFault) -> Bool {
        while position < bytes.count {
            lineStart = position
            var end = position
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            position = min(end + 1, bytes.count)
            line += 1
            var reader = JSONLine(position: lineStart, end: end)
            guard reader.peek(bytes) != nil else { continue }
            do throws(IngestFault) {
                try appendLine(&reader, bytes, to: &sink)
            } catch {
                try sink.reject(error)
            }
            if sink.rows.count >= rowLimit { return position < bytes.count }
        }
        return false
    }

    /// The keys of a line that were found.
    private struct Found {
        var series: JSONLine.Token?
        var channel: JSONLine.Token?
        var time: Double?
        /// Where the value begins; it is read last, when all else is known.
        var value: Int?
        var values: Int?
    }

    private mutating func appendLine(
        _ reader: inout JSONLine, _ bytes: Span<UInt8>, to sink: inout ObservationSink
    ) throws(IngestFault) {
        var found = Found()
        guard reader.skip(UInt8(ascii: "{"), bytes) else { throw syntax(reader, "expected an object in braces") }
        if !reader.skip(UInt8(ascii: "}"), bytes) {
            repeat {
                try readMember(&reader, bytes, into: &found)
            } while reader.skip(UInt8(ascii: ","), bytes)
            guard reader.skip(UInt8(ascii: "}"), bytes) else { throw syntax(reader, "expected a comma or “}”") }
        }
        guard reader.peek(bytes) == nil else { throw syntax(reader, "something follows the object") }
        guard let time = found.time else { throw syntax(nil, "there is no key “time”") }
        guard let seriesToken = found.series else { throw syntax(nil, "there is no key “series”") }
        let series = try number(of: seriesToken, "series", bytes, table: &sink.series)
        if let start = found.values {
            guard found.channel == nil, found.value == nil else {
                throw syntax(nil, "“values” stands in place of “channel” and “value”")
            }
            var values = JSONLine(position: start, end: reader.end)
            try appendValues(&values, bytes, series: series, time: time, to: &sink)
            return
        }
        guard let channelToken = found.channel else { throw syntax(nil, "there is no key “channel”") }
        guard let start = found.value else { throw syntax(nil, "there is no key “value”") }
        var token = JSONLine(position: start, end: reader.end)
        guard let value = try value(&token, "value", bytes) else { return }
        let channel = try number(of: channelToken, "channel", bytes, table: &sink.channels)
        sink.append(series: series, channel: channel, time: time, value: value, line: line)
    }

    private mutating func readMember(
        _ reader: inout JSONLine, _ bytes: Span<UInt8>, into found: inout Found
    ) throws(IngestFault) {
        let keyStart = reader.position
        guard let key = reader.string(bytes) else { throw syntax(reader, "expected a key in double quotes") }
        guard reader.skip(UInt8(ascii: ":"), bytes) else { throw syntax(reader, "expected “:” after a key") }
        reader.skipBlanks(bytes)
        let name = ByteText.excerpt(bytes, from: key.start, to: key.end)
        let isRepeated: Bool
        switch name {
        case "series":
            isRepeated = found.series != nil
            found.series = try text(&reader, name, bytes)
        case "channel":
            isRepeated = found.channel != nil
            found.channel = try text(&reader, name, bytes)
        case "time":
            isRepeated = found.time != nil
            found.time = try time(&reader, bytes)
        case "value":
            isRepeated = found.value != nil
            found.value = reader.position
            _ = try value(&reader, name, bytes)
        case "values":
            isRepeated = found.values != nil
            found.values = reader.position
            var nothing = ObservationSink(keepsGoodRows: true)
            try appendValues(&reader, bytes, series: 0, time: 0, to: &nothing)
        default:
            reader.position = keyStart
            throw syntax(reader, "unknown key “\(name)”; the keys are series, time, channel, value, values")
        }
        if isRepeated {
            reader.position = keyStart
            throw syntax(reader, "key “\(name)” appears twice")
        }
    }

    private mutating func appendValues(
        _ reader: inout JSONLine, _ bytes: Span<UInt8>, series: Int, time: Double, to sink: inout ObservationSink
    ) throws(IngestFault) {
        guard reader.skip(UInt8(ascii: "{"), bytes) else { throw syntax(reader, "expected an object of values") }
        if reader.skip(UInt8(ascii: "}"), bytes) { return }
        repeat {
            guard let key = reader.string(bytes) else { throw syntax(reader, "expected a channel in double quotes") }
            guard reader.skip(UInt8(ascii: ":"), bytes) else { throw syntax(reader, "expected “:” after a channel") }
            let name = ByteText.excerpt(bytes, from: key.start, to: key.end)
            do throws(IngestFault) {
                if let value = try value(&reader, name, bytes) {
                    let channel = try number(of: key, name, bytes, table: &sink.channels)
                    sink.append(series: series, channel: channel, time: time, value: value, line: line)
                }
            } catch {
                try sink.reject(error)
            }
        } while reader.skip(UInt8(ascii: ","), bytes)
        guard reader.skip(UInt8(ascii: "}"), bytes) else { throw syntax(reader, "expected a comma or “}”") }
    }

    // MARK: - Values

    /// A string, or a number taken as its text.
    private func text(
        _ reader: inout JSONLine, _ name: String, _ bytes: Span<UInt8>
    ) throws(IngestFault) -> JSONLine.Token {
        if reader.peek(bytes) == UInt8(ascii: "\"") {
            guard let token = reader.string(bytes) else { throw syntax(reader, "a string is not closed") }
            return token
        }
        let token = reader.number(bytes)
        guard case .number = DecimalNumber.parse(bytes, from: token.start, to: token.end) else {
            throw fault(token, name, bytes, .json("expected a string"))
        }
        return token
    }

    private func number(
        of token: JSONLine.Token, _ name: String, _ bytes: Span<UInt8>, table: inout NameTable
    ) throws(IngestFault) -> Int {
        let number: Int?
        if token.hasEscapes {
            guard let text = JSONLine.unescaped(token, bytes) else {
                throw fault(token, name, bytes, .json("a wrong escape in a string"))
            }
            number = text.isEmpty ? nil : table.number(of: text.span, from: 0, to: text.count)
        } else {
            number = token.start == token.end ? nil : table.number(of: bytes, from: token.start, to: token.end)
        }
        guard let number else { throw fault(token, name, bytes, .invalidName) }
        return number
    }

    private func time(_ reader: inout JSONLine, _ bytes: Span<UInt8>) throws(IngestFault) -> Double {
        if reader.peek(bytes) == UInt8(ascii: "\"") {
            guard let token = reader.string(bytes) else { throw syntax(reader, "a string is not closed") }
            guard timeAxis == .dateTime else { throw fault(token, "time", bytes, .notANumber) }
            do {
                return Double(try RFC3339.microseconds(bytes, from: token.start, to: token.end))
            } catch {
                throw fault(token, "time", bytes, .notADateTime(error.reason))
            }
        }
        guard timeAxis != .dateTime else {
            let token = reader.number(bytes)
            throw fault(token, "time", bytes, .notADateTime(RFC3339.Fault.shape.reason))
        }
        guard let time = try value(&reader, "time", bytes) else {
            throw syntax(reader, "the time is null")
        }
        // Adding zero turns -0 into 0: they are one time.
        return time + 0
    }

    /// A number; nil for null, which says that nothing was observed.
    private func value(
        _ reader: inout JSONLine, _ name: String, _ bytes: Span<UInt8>
    ) throws(IngestFault) -> Double? {
        if reader.peek(bytes) == UInt8(ascii: "\"") {
            guard let token = reader.string(bytes) else { throw syntax(reader, "a string is not closed") }
            throw fault(token, name, bytes, .text)
        }
        if reader.skip(word: "null", bytes) { return nil }
        let token = reader.number(bytes)
        switch DecimalNumber.parse(bytes, from: token.start, to: token.end) {
        case .number(let number):
            if abs(number) >= 0x1p53, DecimalNumber.isInexactInteger(bytes, from: token.start, to: token.end) {
                throw fault(token, name, bytes, .integerInexact)
            }
            return number
        case .notFinite: throw fault(token, name, bytes, .notFinite)
        case .malformed: throw fault(token, name, bytes, .notANumber)
        }
    }

    // MARK: - Faults

    private func syntax(_ reader: JSONLine?, _ detail: String) -> IngestFault {
        IngestFault(
            line: line, place: reader.map { .byte($0.position - lineStart + 1) }, problem: .json(detail))
    }

    private func fault(
        _ token: JSONLine.Token, _ name: String, _ bytes: Span<UInt8>, _ problem: IngestFault.Problem
    ) -> IngestFault {
        IngestFault(
            line: line, place: .byte(token.start - lineStart + 1), name: name,
            value: ByteText.excerpt(bytes, from: token.start, to: token.end), problem: problem)
    }
}
