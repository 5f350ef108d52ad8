import LodeDomain
import LodeJobs
import LodeTestSupport
import Testing

/// Cron expressions with anything wrong in them.
@Suite struct CronFuzzTests {
    private static let expressions = [
        "5,10-12 * * * *", "*/25 0-12/6 1,15 JAN-MAR mon-wed,Fri", "0 0 29 2 *", "@daily", "30 2 * * 7",
        "59 23 31 12 5/2",
    ]
    private static let words = [
        "*", "*/", "-", "/", ",", " ", "\t", "@", "@hourly", "JAN", "sun", "60", "59", "31", "0 0 30 2 *", "\u{301}",
        "٣", "1-5/2",
    ]
    /// Around changes of the clock, in the years 1 and 9999, and in between.
    private static let moments: [Int64] = [
        0, 1_711_846_800, 1_729_990_800, -14_182_940_000, 4_102_444_800, 7_258_118_400, -9_000_000_000, 9_000_000_000,
        253_402_300_799, -62_135_596_800,
    ]
    private static let zones = ["UTC", "Europe/Zurich", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]

    private static func flaw(_ text: String, _ random: inout SplitMix64) -> String? {
        let expression: CronExpression
        do throws(CronFault) {
            expression = try CronExpression(text)
        } catch {
            let isInside = (1...text.count + 1).contains(error.column)
            return isInside && !error.expected.isEmpty
                ? nil : "character \(error.column) of \(text.count): \(error.message)"
        }
        let zone = zones.randomElement(using: &random) ?? "UTC"
        guard let calendar = CronCalendar(expression, timeZone: zone),
            let second = moments.randomElement(using: &random)
        else { return "no calendar of \(zone)" }
        let moment = Timestamp(microseconds: second * 1_000_000)
        guard let next = calendar.next(after: moment) else { return nil }
        guard next > moment else { return "after \(second) comes \(next) in \(zone)" }
        // Whatever moment before it is asked at, the same one comes next.
        let between = Timestamp(microseconds: Int64.random(in: moment.microseconds..<next.microseconds, using: &random))
        return calendar.next(after: between) == next ? nil : "\(next) is skipped after \(between) in \(zone)"
    }

    @Test func `an expression is read or refused at a place, and its times ascend without a gap`() throws {
        let fault = try FuzzCampaign("cron", standard: 5000).run(
            Self.expressions.map { Array($0.utf8) }, words: Self.words
        ) {
            text, random in Self.flaw(String(decoding: text.prefix(2000), as: UTF8.self), &random)
        }
        #expect(fault == nil)
    }
}
