import Foundation
public import LodeDomain

/// When a cron expression fires in a time zone.
///
/// Where clocks are set forward, local times that do not exist fire at the first moment after the gap, together, if the hours
/// are named; with `*` or `*/n` for the hour they are left out. Where clocks are set back, local times that come twice
/// fire the first time only, if the hours are named; with `*` or `*/n` for the hour they fire both times. So what is to happen
/// nightly happens once each night, and what is to happen hourly happens each hour that passes.
public struct CronCalendar: Sendable {
    /// The expression.
    public let expression: CronExpression
    private let zone: TimeZone
    private let calendar: Calendar

    private static let day: Int64 = 86_400
    /// 29 February on a given day of the week comes again after 40 years at most.
    private static let farthestDay = 41 * 366

    /// A calendar; nil where the IANA database has no time zone of that name.
    public init?(_ expression: CronExpression, timeZone: String) {
        guard let zone = Self.zone(named: timeZone), let utc = TimeZone(secondsFromGMT: 0) else { return nil }
        self.expression = expression
        self.zone = zone
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = utc
        self.calendar = calendar
    }

    /// The names of all time zones.
    public static var timeZoneNames: [String] { TimeZone.knownTimeZoneIdentifiers + ["UTC"] }

    private static func zone(named name: String) -> TimeZone? {
        // Foundation also takes PST, EST, …, which do not say whether summer time is kept.
        guard name == "UTC" || name == "GMT" || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }

    /// The first fire time after `moment`, or nil where there is none in 40 years.
    public func next(after moment: Timestamp) -> Timestamp? {
        let threshold = Int64((Double(moment.microseconds) / 1e6).rounded(.down))
        let firstDay = Self.floorDay(threshold + offset(threshold)) - 1
        for day in firstDay..<(firstDay + Int64(Self.farthestDay)) where selects(day) {
            if let second = firstFire(on: day, after: threshold) {
                return Timestamp(microseconds: second * 1_000_000)
            }
        }
        return nil
    }

    private static func floorDay(_ second: Int64) -> Int64 {
        second >= 0 ? second / day : -((-second + day - 1) / day)
    }

    private func selects(_ localDay: Int64) -> Bool {
        let date = Date(timeIntervalSince1970: Double(localDay * Self.day))
        let parts = calendar.dateComponents([.month, .day, .weekday], from: date)
        guard let month = parts.month, let day = parts.day, let weekday = parts.weekday else { return false }
        return expression.selects(month: month, day: day, dayOfWeek: weekday - 1)
    }

    /// Seconds since 1970 of the day's first fire time after `threshold`.
    private func firstFire(on localDay: Int64, after threshold: Int64) -> Int64? {
        let start = localDay * Self.day
        // Clocks are not changed twice within three days.
        let before = offset(start - Self.day)
        let after = offset(start + 2 * Self.day)
        var earliest: Int64?
        for hour in expression.hours {
            for minute in expression.minutes {
                let local = start + Int64(hour) * 3600 + Int64(minute) * 60
                let moments = before == after ? [local - before] : moments(of: local, before: before, after: after)
                for moment in moments where moment > threshold { earliest = min(earliest ?? moment, moment) }
                if before == after, let earliest { return earliest }
            }
        }
        return earliest
    }

    /// The moments at which a local time fires near a change of clocks from one offset to another.
    private func moments(of local: Int64, before: Int64, after: Int64) -> [Int64] {
        let found = [local - before, local - after].filter { offset($0) == local - $0 }.sorted()
        if found.isEmpty {
            return expression.runsAcrossHours
                ? [] : [endOfGap(from: local - max(before, after), to: local - min(before, after))]
        }
        return expression.runsAcrossHours ? found : [found[0]]
    }

    /// The first second in a range whose offset is no longer that of its beginning.
    private func endOfGap(from start: Int64, to end: Int64) -> Int64 {
        let old = offset(start)
        var (low, high) = (start, end)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle) == old { low = middle } else { high = middle }
        }
        return high
    }

    /// Seconds that local time is ahead of UTC.
    private func offset(_ second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }
}
