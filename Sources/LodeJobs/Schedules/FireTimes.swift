public import LodeDomain

/// The fire times of a time trigger.
public struct FireTimes: Sendable {
    private enum Source: Sendable {
        case cron(CronCalendar)
        case interval(microseconds: Int64, anchor: Int64)
    }

    /// A fire time this long ago, in seconds, is not missed yet: a process may have been busy.
    public static let graceSeconds = 60.0

    private let source: Source

    /// The fire times of `trigger`; nil for a data trigger.
    ///
    /// Throws ``ScheduleFault``.
    public init?(_ trigger: ScheduleTrigger) throws(ScheduleFault) {
        switch trigger {
        case .cron(let text, let zone):
            let expression: CronExpression
            do {
                expression = try CronExpression(text)
            } catch {
                throw .cron(error)
            }
            guard let calendar = CronCalendar(expression, timeZone: zone) else { throw .timeZoneUnknown(zone) }
            source = .cron(calendar)
        case .interval(let seconds, let anchor):
            guard seconds >= 1, seconds <= 366 * 86_400 else { throw .intervalOutOfRange(seconds) }
            source = .interval(microseconds: Int64((seconds * 1e6).rounded()), anchor: anchor.microseconds)
        case .observations, .series, .drift: return nil
        case .unreadable(let detail): throw .unreadable(detail)
        }
    }

    /// The first fire time after `moment`, or nil where there is none in 40 years.
    public func next(after moment: Timestamp) -> Timestamp? {
        switch source {
        case .cron(let calendar): return calendar.next(after: moment)
        case .interval(let step, let anchor):
            let passed = moment.microseconds - anchor
            // Rounded down: an anchor lies in the future where the clock was ahead when the schedule was made.
            let steps = passed >= 0 ? passed / step : -((-passed + step - 1) / step)
            return Timestamp(microseconds: anchor + (steps + 1) * step)
        }
    }

    /// The next `count` fire times after `moment`.
    public func next(_ count: Int, after moment: Timestamp) -> [Timestamp] {
        var times: [Timestamp] = []
        while times.count < count, let time = next(after: times.last ?? moment) { times.append(time) }
        return times
    }

    /// The latest `limit` fire times from `first`, which is one, to `now`, ascending.
    func latest(_ limit: Int, from first: Timestamp, to now: Timestamp) -> [Timestamp] {
        // Looks back farther and farther, so that a long absence costs no more than a short one.
        for window in [3600.0, 86_400, 32 * 86_400, 400 * 86_400, .infinity] {
            let since = window.isFinite ? now.advanced(bySeconds: -window) : first
            var times: [Timestamp] = []
            var next: Timestamp? = since <= first ? first : self.next(after: since)
            while let time = next, time <= now {
                times.append(time)
                if times.count > 2 * limit { times.removeFirst(limit) }
                next = self.next(after: time)
            }
            if times.count >= limit || since <= first { return times.suffix(limit) }
        }
        return []
    }
}

/// Why a trigger can never fire.
public enum ScheduleFault: Error, Hashable, Sendable {
    /// The expression is none.
    case cron(CronFault)
    /// The IANA database has no time zone of that name.
    case timeZoneUnknown(String)
    /// Seconds between firings that are less than 1 or more than a year.
    case intervalOutOfRange(Double)
    /// What is stored makes no sense; the sentence says what is wrong.
    case unreadable(String)

    /// What is wrong, in a sentence.
    public var message: String {
        switch self {
        case .cron(let fault): "The cron expression is wrong in \(fault.message)."
        case .timeZoneUnknown(let name): "There is no time zone “\(name)”; use a name such as Europe/Zurich or UTC."
        case .unreadable(let detail): detail
        case .intervalOutOfRange(let seconds): "An interval is 1 second to 366 days long, not \(seconds) s."
        }
    }
}
