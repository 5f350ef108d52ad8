import LodeDomain
import LodeJobs
import Testing

/// A moment in UTC.
func at(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> Timestamp {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return Timestamp(microseconds: Int64(((days * 24 + hour) * 60 + minute) * 60) * 1_000_000)
}

/// In Zurich 2024-03-31 has no hour from 2 to 3 (01:00 UTC), and 2024-10-27 has it twice (00:00 and 01:00 UTC).
@Suite struct DaylightSavingTests {
    private func times(
        _ text: String, zone: String = "Europe/Zurich", from start: Timestamp, to end: Timestamp
    ) throws -> [Timestamp] {
        let calendar = try #require(CronCalendar(try CronExpression(text), timeZone: zone))
        var times: [Timestamp] = []
        while let next = calendar.next(after: times.last ?? start), next < end { times.append(next) }
        return times
    }

    @Test func `a nightly time in the gap fires at its end, once`() throws {
        let times = try times("30 2 * * *", from: at(2024, 3, 29, 12, 0), to: at(2024, 4, 2, 0, 0))
        #expect(
            times == [at(2024, 3, 30, 1, 30), at(2024, 3, 31, 1, 0), at(2024, 4, 1, 0, 30)])
    }

    @Test func `several nightly times in one gap fire together`() throws {
        let times = try times("0,20,40 2 * * *", from: at(2024, 3, 30, 12, 0), to: at(2024, 3, 31, 12, 0))
        #expect(times == [at(2024, 3, 31, 1, 0)])
    }

    @Test func `a nightly time that comes twice fires the first time`() throws {
        let times = try times("30 2 * * *", from: at(2024, 10, 25, 12, 0), to: at(2024, 10, 29, 0, 0))
        #expect(times == [at(2024, 10, 26, 0, 30), at(2024, 10, 27, 0, 30), at(2024, 10, 28, 1, 30)])
    }

    @Test func `what is hourly fires each hour that passes`() throws {
        let spring = try times("15 * * * *", from: at(2024, 3, 30, 23, 0), to: at(2024, 3, 31, 4, 0))
        #expect(spring == [(30, 23), (31, 0), (31, 1), (31, 2), (31, 3)].map { at(2024, 3, $0.0, $0.1, 15) })
        let autumn = try times("15 * * * *", from: at(2024, 10, 26, 23, 0), to: at(2024, 10, 27, 4, 0))
        #expect(autumn == [(26, 23), (27, 0), (27, 1), (27, 2), (27, 3)].map { at(2024, 10, $0.0, $0.1, 15) })
    }

    @Test func `midnight in a gap and half-hour changes are found`() throws {
        // Havana sets its clocks forward at midnight: 2024-03-10 begins at 01:00, 05:00 UTC.
        let havana = try times(
            "0 0 * * *", zone: "America/Havana", from: at(2024, 3, 9, 12, 0), to: at(2024, 3, 12, 0, 0))
        #expect(havana == [at(2024, 3, 10, 5, 0), at(2024, 3, 11, 4, 0)])
        // Lord Howe Island goes back by half an hour: 2024-04-07 has 01:30 to 02:00 twice, at 14:30 and 15:00 UTC.
        let island = try times(
            "45 1 * * *", zone: "Australia/Lord_Howe", from: at(2024, 4, 5, 20, 0), to: at(2024, 4, 8, 0, 0))
        #expect(island == [at(2024, 4, 6, 14, 45), at(2024, 4, 7, 15, 15)])
    }

    @Test func `every night of forty years has one firing`() throws {
        let calendar = try #require(CronCalendar(try CronExpression("30 2 * * *"), timeZone: "America/New_York"))
        var time = at(2020, 1, 1, 0, 0)
        for _ in 0..<(40 * 365) {
            let next = try #require(calendar.next(after: time))
            let hours = next.seconds(since: time) / 3600
            #expect((22...25).contains(hours) || time == at(2020, 1, 1, 0, 0))
            time = next
        }
    }
}
