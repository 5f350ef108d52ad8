import LodeDomain
import LodeService
import Testing

@Suite struct ObservationCSVTests {
    private func parse(_ text: String, axis: TimeAxis? = nil) throws(ServiceError) -> [ObservationRow] {
        try IngestService.rows(ofCSV: Array(text.utf8), timeAxis: axis)
    }

    private func fault(_ text: String, axis: TimeAxis? = nil) -> IngestFault? {
        do {
            _ = try parse(text, axis: axis)
            return nil
        } catch {
            guard case .invalidInput(let fault) = error else { return nil }
            return fault
        }
    }

    private let twoRows = [
        ObservationRow(series: "a", time: 1, channel: "x", value: 2.5),
        ObservationRow(series: "b", time: -0.5, channel: "y", value: 3e-4),
    ]

    @Test(arguments: [
        "series,time,channel,value\na,1,x,2.5\nb,-0.5,y,3e-4\n",
        "series,time,channel,value\na,1,x,2.5\nb,-0.5,y,3e-4",
        "series,time,channel,value\r\na,1,x,2.5\r\nb,-0.5,y,3e-4\r\n",
        "series,time,channel,value\ra,1,x,2.5\rb,-0.5,y,3e-4\r",
        "\u{FEFF}series,time,channel,value\na,1,x,2.5\nb,-0.5,y,3e-4\n",
        "value,channel,time,series\n2.5,x,1,a\n.0003,y,-.5,b\n",
        "\"series\",\"time\",\"channel\",\"value\"\n\"a\",\"1\",\"x\",\"2.5\"\n\"b\",\"-0.5\",\"y\",\"3e-4\"\n",
        " Series , TIME,channel , value\n\n a , 1 ,x ,+2.5\n  \n\tb,-5e-1,y,0.00030\n\n",
    ])
    func `the same rows come from every accepted spelling`(text: String) throws {
        #expect(try parse(text) == twoRows)
    }

    @Test func `a quoted name may hold commas, quotes and line ends`() throws {
        let text = "series,time,channel,value\n\"a,\"\"b\"\"\",1,x,2\n"
        #expect(try parse(text).map(\.series) == ["a,\"b\""])
        let fault = fault("series,time,channel,value\n\"a\nb\",1,x,2\n")
        #expect(fault?.line == 2)
        #expect(fault?.problem == .invalidName)
    }

    @Test func `lines are counted through blank lines, whatever ends them`() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["series,time,channel,value", "", "a,1,x,2", "", "a,2,x,oops"].joined(separator: end)
            #expect(fault(text)?.line == 5)
        }
    }

    @Test(arguments: [
        ("", 1, nil, IngestFault.Problem.headerMissing),
        ("a,1,x,2\n", 1, nil, .headerMissing),
        ("series,time,channel,value,note\na,1,x,2,n\n", 1, 5, .columnUnknown),
        ("series,time,time,value\na,1,x,2\n", 1, 3, .columnRepeated),
        ("time,x\n1,2\n", 1, nil, .columnsMissing(["series"])),
        ("series,x\na,2\n", 1, nil, .columnsMissing(["time"])),
        ("series,time,channel,value\na,1,x,9007199254740993\n", 2, 4, .integerInexact),
        ("series,time,channel,value\n", 2, nil, .noRows),
        ("series,time,channel,value\na,1,x\n", 2, nil, .fieldCount(expected: 4, found: 3)),
        ("series,time,channel,value\na,1,x,2,3\n", 2, nil, .fieldCount(expected: 4, found: 5)),
        ("series,time,channel,value\n\"a,1,x,2\n", 2, 1, .quoteUnclosed),
        ("series,time,channel,value\n\"a\"b,1,x,2\n", 2, 1, .quoteMisplaced),
        ("series,time,channel,value\na\"b,1,x,2\n", 2, 1, .quoteMisplaced),
        ("series,time,channel,value\n,1,x,2\n", 2, 1, .empty),
        ("series,time,channel,value\na,1,x,\n", 2, 4, .empty),
        ("series,time,channel,value\na,noon,x,2\n", 2, 2, .notANumber),
        ("series,time,channel,value\na,0x10,x,2\n", 2, 2, .notANumber),
        ("series,time,channel,value\na,1,x,2.5.1\n", 2, 4, .notANumber),
        ("series,time,channel,value\na,1,x,1e\n", 2, 4, .notANumber),
        ("series,time,channel,value\na,1,x,NaN\n", 2, 4, .notFinite),
        ("series,time,channel,value\na,1,x,-inf\n", 2, 4, .notFinite),
        ("series,time,channel,value\na,1,x,1e999\n", 2, 4, .notFinite),
        ("series,time,channel,value\na,1,x,2\nb,1,x,3\na,1.0,x,4\n", 4, nil, .conflict(firstLine: 2, firstValue: 2)),
    ])
    func `a fault names its line and field`(text: String, line: Int, field: Int?, problem: IngestFault.Problem) {
        let fault = fault(text)
        #expect(fault?.line == line)
        #expect(fault?.place == field.map { .field($0) })
        #expect(fault?.problem == problem)
    }

    @Test func `a message names the place, the value and what to do`() {
        #expect(
            fault("series,time,channel,value\na,1,x,nan\n")?.message
                == "Line 2, field 4 (value): “nan” is not a finite number. Leave out what was not observed. "
                + "Nothing was written.")
    }

    @Test func `a repeated line is no conflict`() throws {
        #expect(try parse("series,time,channel,value\na,0,x,2\na,-0,x,2\n").count == 2)
    }

    @Test func `date-times are detected, and kept to the microsecond`() throws {
        let text = "series,time,channel,value\na,1970-01-02T00:00:00.000001Z,x,1\na,1970-01-01,x,2\n"
        #expect(try parse(text).map(\.time) == [0, 86_400_000_001])
        #expect(fault(text, axis: .numeric(unit: nil))?.problem == .notANumber)
    }

    @Test func `a number is no time for a date-time dataset`() {
        let fault = fault("series,time,channel,value\na,12,x,1\n", axis: .dateTime)
        #expect(fault?.problem == .notADateTime(RFC3339.Fault.shape.reason))
    }

    @Test func `thousands of names keep their rows apart`() throws {
        let lines = (0..<5000).map { "series \($0 * 7919 % 5000),\($0),c\($0 % 90),\($0)" }
        let rows = try parse((["series,time,channel,value"] + lines).joined(separator: "\n"))
        #expect(rows.count == 5000)
        for row in rows {
            let index = Int(row.value)
            #expect(row.series == "series \(index * 7919 % 5000)")
            #expect(row.channel == "c\(index % 90)")
        }
    }

    @Test(arguments: [
        "series,time,x,y\na,1,2.5,\nb,-0.5,,3e-4\n",
        "# made by hand\nseries;time;x;y\na;1;2.5;\n# more\nb;-0.5;;3e-4\n",
        "series\ttime\tx\ty\na\t1\t2.5\t\nb\t-0.5\t\t3e-4\n",
        "series|time|x|y\r\na|1|2.5|\r\nb|-0.5||3e-4\r\n",
    ])
    func `a column for each channel gives the same rows, whatever separates them`(text: String) throws {
        #expect(try parse(text) == twoRows)
    }
}
