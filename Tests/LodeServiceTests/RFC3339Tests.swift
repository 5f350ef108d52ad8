import LodeService
import Testing

@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1), ("2000-02-29T12:30:00Z", 951_827_400_000_000),
        ("2024-05-01T12:00:00.5+02:00", 1_714_557_600_500_000), ("2024-05-01t12:00:00z", 1_714_564_800_000_000),
        ("2024-05-01 12:00:00Z", 1_714_564_800_000_000), ("2024-05-01", 1_714_521_600_000_000),
        ("2024-05-01T12:00:00.1230000000Z", 1_714_564_800_123_000), ("1684-07-29", -9_007_113_600_000_000),
        ("2255-06-05T00:00:00Z", 9_007_113_600_000_000),
    ])
    func `a date-time is so many microseconds from 1970`(text: String, expected: Int64) throws {
        #expect(try RFC3339.microseconds(text) == expected)
    }

    @Test(arguments: [
        ("2024-05-01T12:00:00", RFC3339.Fault.offsetMissing), ("2024-02-30", .calendar), ("2023-02-29", .calendar),
        ("2024-13-01", .calendar), ("2024-05-01T24:00:00Z", .calendar), ("2024-05-01T12:00:00.0000001Z", .tooFine),
        ("1600-01-01", .outOfRange), ("2300-01-01", .outOfRange), ("yesterday", .shape), ("2024-05-01T12:00Z", .shape),
        ("2024-05-01T12:00:00.Z", .shape), ("2024/05/01", .shape), ("2024-05-01T12:00:00Zulu", .shape),
    ])
    func `what is no date-time says why`(text: String, expected: RFC3339.Fault) {
        #expect(throws: expected) { try RFC3339.microseconds(text) }
    }

    @Test func `writing and reading agree on every day and fraction`() throws {
        for day in stride(from: Int64(-104_000), through: 104_000, by: 13) {
            for fraction: Int64 in [0, 1, 999_999, 500_000, 86_399_999_999] {
                let moment = day * 86_400_000_000 + fraction
                #expect(try RFC3339.microseconds(RFC3339.string(microseconds: moment)) == moment)
            }
        }
    }
}
