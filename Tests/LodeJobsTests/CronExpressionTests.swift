import LodeDomain
import LodeJobs
import Testing

@Suite struct CronExpressionTests {
    private static let faults: [(text: String, field: CronField?, column: Int, found: String)] = [
        ("", .minute, 1, ""), ("0 3 * *", .dayOfWeek, 8, ""), ("60 3 * * *", .minute, 1, "60"),
        ("0 24 * * *", .hour, 3, "24"), ("0 3 0 * *", .dayOfMonth, 5, "0"), ("0 3 * 13 *", .month, 7, "13"),
        ("0 3 * * 8", .dayOfWeek, 9, "8"), ("0 3 * * MOO", .dayOfWeek, 9, "MOO"), ("0 3 * FEV *", .month, 7, "FEV"),
        ("0,x 3 * * *", .minute, 3, "x"), ("10-5 3 * * *", .minute, 1, "10-5"), ("*/0 3 * * *", .minute, 3, "0"),
        ("*/61 3 * * *", .minute, 3, "61"), ("1-2-3 * * * *", .minute, 1, "1-2-3"),
        ("1/2/3 * * * *", .minute, 1, "1/2/3"),
        ("0 3 * * * *", nil, 11, "*"), ("@noon", nil, 1, "@noon"), ("@daily 3", nil, 1, "@daily 3"),
        ("-1 * * * *", .minute, 1, ""), ("1, * * * *", .minute, 3, ""), ("٣ * * * *", .minute, 1, "٣"),
    ]

    @Test(arguments: faults.indices) func `a fault names the field and the place`(_ index: Int) {
        let fault = Self.faults[index]
        #expect {
            _ = try CronExpression(fault.text)
        } throws: { error in
            guard let error = error as? CronFault else { return false }
            return error.field == fault.field && error.column == fault.column && error.found == fault.found
        }
    }

    @Test func `the message says what was found and what was expected`() {
        #expect(throws: CronFault(field: .hour, column: 3, found: "25", expected: "a number from 0 to 23")) {
            try CronExpression("0 25 * * *")
        }
        let fault = CronFault(field: .hour, column: 3, found: "25", expected: "a number from 0 to 23")
        #expect(fault.message == "hour, at character 3: found “25”, expected a number from 0 to 23")
    }

    private static func times(_ text: String, after moment: Timestamp = at(2024, 1, 1, 0, 0), count: Int) throws
        -> [Timestamp]
    {
        let calendar = try #require(CronCalendar(try CronExpression(text), timeZone: "UTC"))
        var times: [Timestamp] = []
        while times.count < count, let next = calendar.next(after: times.last ?? moment) { times.append(next) }
        return times
    }

    @Test func `fields are numbers, names, ranges, steps and lists`() throws {
        // 2024-01-01 is a Monday.
        #expect(try Self.times("5,10-12 * * * *", count: 4) == [5, 10, 11, 12].map { at(2024, 1, 1, 0, $0) })
        #expect(
            try Self.times("*/25 * * * *", count: 3) == [
                at(2024, 1, 1, 0, 25), at(2024, 1, 1, 0, 50), at(2024, 1, 1, 1, 0),
            ])
        #expect(
            try Self.times("40/10 * * * *", count: 3) == [
                at(2024, 1, 1, 0, 40), at(2024, 1, 1, 0, 50), at(2024, 1, 1, 1, 40),
            ])
        #expect(
            try Self.times("0 0-12/6 * * *", count: 3) == [
                at(2024, 1, 1, 6, 0), at(2024, 1, 1, 12, 0), at(2024, 1, 2, 0, 0),
            ])
        #expect(try Self.times("0 0 * * mon-wed,Fri", count: 4) == [2, 3, 5, 8].map { at(2024, 1, $0, 0, 0) })
        #expect(
            try Self.times("0 0 1 feb,NOV *", count: 3) == [
                at(2024, 2, 1, 0, 0), at(2024, 11, 1, 0, 0), at(2025, 2, 1, 0, 0),
            ])
        #expect(try Self.times("0 0 * * 7", count: 1) == Self.times("0 0 * * 0", count: 1))
    }

    @Test func `a day that fits either restricted day field is selected`() throws {
        #expect(try Self.times("0 0 13 * FRI", count: 4) == [5, 12, 13, 19].map { at(2024, 1, $0, 0, 0) })
        #expect(try Self.times("0 0 */13 * FRI", count: 1) == [at(2024, 3, 1, 0, 0)])
    }

    @Test func `shorthands stand for what they say`() throws {
        let first = at(2024, 1, 1, 0, 0)
        for (short, long) in [
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@Annually", "0 0 1 1 *"),
        ] {
            #expect(try Self.times(short, after: first, count: 5) == Self.times(long, after: first, count: 5))
        }
    }

    @Test func `leap days come every four years, days that do not exist never`() throws {
        #expect(try Self.times("0 0 29 2 *", count: 2) == [at(2024, 2, 29, 0, 0), at(2028, 2, 29, 0, 0)])
        #expect(try Self.times("0 0 30 2 *", count: 1).isEmpty)
        #expect(try Self.times("0 0 29 2 *", after: at(2096, 3, 1, 0, 0), count: 1) == [at(2104, 2, 29, 0, 0)])
    }

    @Test func `time zones are those of the IANA database`() throws {
        let expression = try CronExpression("@daily")
        #expect(CronCalendar(expression, timeZone: "Europe/Zurich") != nil)
        for name in ["Europe/Zürich", "CEST", "PST", "", "+02:00", "Mars/Olympus"] {
            #expect(CronCalendar(expression, timeZone: name) == nil, "\(name)")
        }
    }
}
