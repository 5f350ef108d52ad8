import Foundation
import LodeDomain
import LodeService
import LodeTestSupport
import Testing

/// Texts of observations and facts with anything wrong in them.
@Suite struct IngestFuzzTests {
    /// A format with documents that are right.
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var format: IngestRequest.Format
        var documents: [String]
        var words: [String]
    }

    private static let forms = [
        Form(
            testDescription: "csv-long", format: .delimited(DelimitedLayout()),
            documents: [
                "series,time,channel,value\na,1,x,2\nb,2.5,x,3.5e-3\n\"c, \"\"d\"\"\",-3,y,+.5\n",
                "time;value;channel;series\r\n2024-05-01;1;x;a\r\n2024-05-01T12:00:00.25+02:00;2; y ;a\r\n",
                "# comment\n\nseries\ttime\tchannel\tvalue\na\t1\tx\t1\n#no row\na\t1\tx\t1\na\t2\tx\t4",
                "\u{FEFF}series,time,channel,value\né,1,ü x,9007199254740992\nz,2,ü x,1e22\n",
            ],
            words: [
                "series", "time", "channel", "value", "\"", "\"\"", "\r\n", "\r", "#", "\n#", ",,", "nan", "a,1,x,2\n",
            ]),
        Form(
            testDescription: "csv-wide",
            format: .delimited(DelimitedLayout(missingMarks: ["NA", "-"])),
            documents: [
                "series,time,x,y\na,1,2,3\na,2,,NA\nb,1,-,4\n", "time|series|temperature\n1999-12-31T23:59:59Z|a|20\n",
                "series,time,x,y,z,w\na,1,2,3,4,5\na,2,1,,,\n\"b\"\"\",3,,,,-1\n",
            ],
            words: ["series", "time", "NA", "-", "\"", "\r\n", ",", ",,,", "\na,1,5,6\n", "y"]),
        Form(
            testDescription: "csv-one-series",
            format: .delimited(
                DelimitedLayout(
                    delimiter: UInt8(ascii: " "), seriesName: "s", timeColumn: "t", channelColumns: ["v"],
                    missingMarks: ["?"], comment: UInt8(ascii: "%"))),
            documents: ["t v w\n1 2 x\n2 ? y\n3 4 z\n", "% words\nw t v\n\"a b\" 1 2\n\"\" 2 3\n"],
            words: ["t", "v", "?", "%", " ", "  ", "\t", "\"", "\n"]),
        Form(
            testDescription: "ndjson", format: .ndjson,
            documents: [
                "{\"series\":\"a\",\"time\":1,\"channel\":\"x\",\"value\":2.5}\n{\"time\":2,\"values\":{\"x\":1,\"y\":null,\"\\u00fc\":-0.5},\"series\":\"b\"}\n",
                "{\"series\":\"\\ud83e\\uddea\\n\",\"time\":\"2024-05-01T12:00:00Z\",\"channel\":\"x\",\"value\":1e3}",
                "\n \t{ \"series\" : \"a\" , \"time\" : -1.5 , \"values\" : { } }\r\n\n{\"series\":\"a\",\"time\":2,\"values\":{\"x\":1}}",
            ],
            words: [
                "\"series\":", "\"time\":", "\"channel\":", "\"value\":", "\"values\":{", "{}", "null", "true", "\\u00",
                "\\ud800", "\\",
                "\"a\\u+041\"", "}\n{", ",", "[[[[",
            ]),
        Form(
            testDescription: "line-protocol", format: .lineProtocol(.nanoseconds),
            documents: [
                "cpu,host=a,az=b use=0.5,n=3i,on=t 1000\ncpu,az=b,host=a use=0.75,u=7u 2000\n# comment\nm f=1\n",
                "a\\ b,t\\,1=v\\=2 f\\ 1=-1.5e3,s=\"x\\\"y\nz\" 1714564800000000000\r\n m2 v=true\n",
                "m,t=1 f=1,g=\"\",h=F -9007199254740992000\nm,t=1 f=2\n",
            ],
            words: [
                ",", "=", " ", "\\", "\\ ", "\"", "\\\"", "i", "u", "t", "false", "#", "\n", "\r\n", "m f=1 1\n",
                ",host=a", "=\"\n\"",
            ]),
    ]

    private static let now = Timestamp(microseconds: 1_714_564_800_123_456)

    /// What a text gives: its rows by name, how many points were refused, and the faults.
    private struct Outcome {
        var rows: [ObservationRow] = []
        var rejected = 0
        var faults: [IngestFault] = []
        var axis = TimeAxis.numeric(unit: nil)
    }

    private static func read(
        _ text: [UInt8], _ format: IngestRequest.Format, keepsGoodRows: Bool, timeAxis: TimeAxis? = nil
    ) throws(IngestFault) -> Outcome {
        let request = IngestRequest(dataset: "", format: format, keepsGoodRows: keepsGoodRows)
        let reading = try IngestReading(
            IngestText(text), request, timeAxis: timeAxis, now: now, onProgress: nil)
        var outcome = Outcome(axis: reading.timeAxis)
        while let table = try reading.nextTable() {
            outcome.rows += table.rows.map { row in
                ObservationRow(
                    series: table.seriesNames[Int(row.series)], time: row.time,
                    channel: table.channelNames[Int(row.channel)], value: row.value)
            }
        }
        (outcome.rejected, outcome.faults) = (reading.rejected.count, reading.rejected.faults)
        return outcome
    }

    /// What is wrong with a fault: one that names a place outside of the text, or says too little or too much.
    private static func flaw(_ fault: IngestFault, _ text: [UInt8]) -> String? {
        let lines = text.count { $0 == 0x0A || $0 == 0x0D } + 1
        // The end of the text may be at fault: what is missing there.
        guard (1...lines + 1).contains(fault.line) else { return "line \(fault.line) of \(lines): \(fault.message)" }
        if let place = fault.place, !(1...text.count + 2).contains(place.number) { return "place \(place)" }
        guard (20...1200).contains(fault.message.count) else { return "a message of \(fault.message.count) characters" }
        guard !fault.message.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            return "control characters in a message"
        }
        return nil
    }

    private static func flaw(_ row: ObservationRow, _ axis: TimeAxis) -> String? {
        guard row.time.isFinite, row.value.isFinite else { return "a row that is not finite: \(row)" }
        if axis == .dateTime, row.time.rounded() != row.time || abs(row.time) > 0x1p53 { return "time \(row.time)" }
        for name in [row.series, row.channel] {
            guard (1...1024).contains(name.utf8.count), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                return "name \(name.debugDescription)"
            }
        }
        return nil
    }

    /// Rows as the CSV that is exported.
    private static func csv(_ rows: [ObservationRow], _ axis: TimeAxis) -> [UInt8] {
        var text = Array("series,time,channel,value\n".utf8)
        for row in rows {
            let time = axis == .dateTime ? RFC3339.string(microseconds: Int64(row.time)) : "\(row.time)"
            text += CSVText.field(row.series) + Array(",\(time),".utf8) + CSVText.field(row.channel)
            text += Array(",\(row.value)\n".utf8)
        }
        return text
    }

    /// Byte for byte: to Swift two spellings of one letter are equal.
    private static func isSame(_ one: [ObservationRow], _ other: [ObservationRow]) -> Bool {
        func key(_ row: ObservationRow) -> String {
            "\(Array(row.series.utf8)) \(Array(row.channel.utf8)) \(row.time) \(row.value)"
        }
        return one.count == other.count && one.map(key).sorted() == other.map(key).sorted()
    }

    /// Of rows with one key the last, as the store would have it: in line protocol the last value wins.
    private static func last(_ rows: [ObservationRow]) -> [ObservationRow] {
        var places: [[UInt8]: Int] = [:]
        var kept: [ObservationRow] = []
        for row in rows {
            let key = Array("\(row.series)\n\(row.channel)\n\(row.time)".utf8)
            if let place = places[key] {
                kept[place] = row
            } else {
                places[key] = kept.count
                kept.append(row)
            }
        }
        return kept
    }

    /// What is wrong with how a text is taken in.
    private static func flaw(of text: [UInt8], _ form: Form) -> String? {
        var strict: Outcome?
        do throws(IngestFault) {
            strict = try read(text, form.format, keepsGoodRows: false)
        } catch {
            if let flaw = flaw(error, text) { return flaw }
        }
        let lenient: Outcome
        do throws(IngestFault) {
            lenient = try read(text, form.format, keepsGoodRows: true)
        } catch {
            return strict == nil ? flaw(error, text) : "good rows are refused: \(error.message)"
        }
        if let flaw = lenient.faults.compactMap({ flaw($0, text) }).first { return flaw }
        if let flaw = lenient.rows.compactMap({ flaw($0, lenient.axis) }).first { return flaw }
        guard let strict else { return lenient.rejected > 0 ? nil : "refused as a whole, yet no row is at fault" }
        guard lenient.rejected == 0, isSame(strict.rows, lenient.rows) else { return "good rows differ from all rows" }
        let rows = last(strict.rows)
        guard
            let again = try? read(
                csv(rows, strict.axis), .delimited(DelimitedLayout()), keepsGoodRows: false, timeAxis: strict.axis)
        else { return rows.isEmpty ? nil : "what is written as CSV is not read" }
        return isSame(rows, last(again.rows)) ? nil : "what is written as CSV reads as something else"
    }

    @Test(arguments: forms)
    func `a text is read or refused at a place, and what was read comes back as CSV`(form: Form) throws {
        let documents = form.documents.map { Array($0.utf8) }
        for document in documents { #expect(Self.flaw(of: document, form) == nil) }
        let fault = try FuzzCampaign(form.testDescription, standard: 3000).run(documents, words: form.words) {
            text, _ in
            Self.flaw(of: text, form)
        }
        #expect(fault == nil)
    }

    @Test func `facts and channels are read or refused at a place`() throws {
        let documents = [
            "series,name,value\na,age,7\n\"b\"\"c\",weight,80.5\n", "value;series;name\r\n1;a;x\r\n",
            "channel,unit,kind\nx,°C,measured\ny,,input\nz,mg,\n", "# c\nkind\tchannel\tunit\ninput\ta\tb",
        ].map { Array($0.utf8) }
        let words = [
            "series", "name", "value", "channel", "unit", "kind", "input", "measured", "\"", "\r\n", ",", "\n",
        ]
        let fault = try FuzzCampaign("facts", standard: 3000).run(documents, words: words) { text, _ in
            var facts = FactText(keepsGoodRows: true)
            do throws(IngestFault) {
                try facts.read(text.span)
                guard facts.facts.allSatisfy({ $0.value.isFinite && !$0.name.isEmpty }) else {
                    return "a fact that is none"
                }
            } catch {
                if let flaw = Self.flaw(error, text) { return flaw }
            }
            do throws(IngestFault) {
                _ = try ChannelText.channels(of: text.span)
            } catch {
                return Self.flaw(error, text)
            }
            return nil
        }
        #expect(fault == nil)
    }

    // MARK: - What was found

    @Test(arguments: ["#\u{301}", " \u{301}", "\"\u{301}", "a \u{301} ", "e\u{301}\"\u{301}"])
    func `a name is written as its bytes need it, whatever letters they make`(name: String) throws {
        let row = ObservationRow(series: name, time: 1, channel: "x", value: 2)
        let again = try Self.read(
            Self.csv([row], .numeric(unit: nil)), .delimited(DelimitedLayout()), keepsGoodRows: false)
        #expect(Self.isSame([row], again.rows))
    }

    @Test(.timeLimit(.minutes(1))) func `a text of nothing but contradictions is read in one pass`() throws {
        let text = "series,time,channel,value\n" + (0..<250_000).map { "a,1,x,\($0)\n" }.joined()
        let outcome = try Self.read(Array(text.utf8), .delimited(DelimitedLayout()), keepsGoodRows: true)
        #expect(outcome.rows.count == 1 && outcome.rejected == 249_999)
    }

    @Test(.timeLimit(.minutes(1))) func `a line of many fields at fault is read in one pass`() throws {
        let text = "m " + (0..<400_000).map { "f\($0)=\"\"" }.joined(separator: ",") + " 1000\n"
        let outcome = try Self.read(Array(text.utf8), .lineProtocol(.nanoseconds), keepsGoodRows: true)
        #expect(outcome.rows.isEmpty && outcome.rejected == 400_000)
        #expect(outcome.faults.last?.place == .byte(Self.column(of: "f99=", in: text)))
    }

    private static func column(of word: String, in text: String) -> Int {
        text.range(of: word).map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) + 1 } ?? 0
    }

    @Test(.timeLimit(.minutes(1))) func `a header of many columns is read in one pass`() throws {
        let text = "series,time," + (0..<200_000).map { "c\($0)" }.joined(separator: ",") + "\na,1,2\n"
        let outcome = try Self.read(Array(text.utf8), .delimited(DelimitedLayout()), keepsGoodRows: true)
        #expect(outcome.rows.isEmpty && outcome.rejected == 1)
    }

    @Test(arguments: [
        #"{"series":"\u+041","time":1,"channel":"x","value":1}"#,
        #"{"series":"\u-001","time":1,"channel":"x","value":1}"#,
    ])
    func `a sign is no digit of an escape`(line: String) {
        #expect(throws: IngestFault.self) { try Self.read(Array(line.utf8), .ndjson, keepsGoodRows: false) }
    }

    @Test(arguments: [
        ("2255-06-05T23:47:34.740992Z", true), ("2255-06-05T23:47:34.740993Z", false), ("2255-12-31", false),
        ("1684-07-28T00:12:25.259008Z", true), ("1684-07-28T00:12:25.259007Z", false),
    ])
    func `a time is taken exactly or not at all`(time: String, isTaken: Bool) throws {
        let text = Array("series,time,channel,value\na,\(time),x,1\n".utf8)
        let rows = (try? Self.read(text, .delimited(DelimitedLayout()), keepsGoodRows: false))?.rows
        #expect((rows != nil) == isTaken)
        if let row = rows?.first { #expect(RFC3339.string(microseconds: Int64(row.time)) == time) }
    }
}
