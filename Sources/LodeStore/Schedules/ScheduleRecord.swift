import GRDB
import LodeDomain

/// Rows of `schedule`.
enum ScheduleRecord {
    private static let columns = """
        schedule.id, schedule.name, kind, expression, time_zone, seconds, anchor, schedule.dataset, count,
        model, likelihood_drop, job, missed_runs, paused, schedule.revision, next_fire_at, counted_from,
        series_counted_from, problem, schedule.created_at, last_fired_at
        """

    static func all(_ db: Database) throws -> [Schedule] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM schedule ORDER BY name").map(decode)
    }

    static func find(_ name: String, _ db: Database) throws -> Schedule? {
        try db.firstRow(sql: "SELECT \(columns) FROM schedule WHERE name = ?", arguments: [name]).map(decode)
    }

    /// A schedule that this transaction knows to exist.
    static func existing(_ name: String, _ db: Database) throws -> Schedule {
        guard let schedule = try find(name, db) else {
            throw StoreError.corrupt(detail: "a schedule vanished inside a transaction")
        }
        return schedule
    }

    /// Those whose time has come, or was reckoned by a clock that was ahead, and those whose dataset has grown enough, shrunk, gone or come back.
    static func due(at now: Timestamp, _ db: Database) throws -> [DueSchedule] {
        let timed = try db.cachedStatement(
            sql: """
                SELECT \(columns) FROM schedule
                WHERE next_fire_at IS NOT NULL AND paused = 0 AND (next_fire_at <= ? OR reckoned_at > ?)
                ORDER BY next_fire_at
                """)
        let grown = try db.cachedStatement(
            sql: """
                SELECT \(columns), observations_added, series_added
                FROM schedule LEFT JOIN dataset ON dataset.name = schedule.dataset
                WHERE schedule.dataset IS NOT NULL AND paused = 0 AND CASE
                    WHEN dataset.id IS NULL THEN problem IS NULL
                    WHEN problem IS NOT NULL THEN 1
                    ELSE iif(schedule.kind = 'series', series_added, observations_added) - counted_from
                        NOT BETWEEN 0 AND count - 1 END
                ORDER BY schedule.id
                """)
        return try Row.fetchAll(
            timed, arguments: [now.microseconds, now.advanced(bySeconds: Schedule.clockToleranceSeconds).microseconds]
        )
        .map { DueSchedule(schedule: try decode($0)) }
            + Row.fetchAll(grown).map { row in
                DueSchedule(
                    schedule: try decode(row),
                    growth: (row["observations_added"] as Int64?).map {
                        DatasetGrowth(observations: $0, series: row["series_added"])
                    })
            }
    }

    /// The counter of the dataset that `trigger` watches, and that of its series; 0 for a time trigger.
    static func counts(
        for trigger: ScheduleTrigger, _ db: Database
    ) throws -> (counted: Int64, series: Int64) {
        guard let dataset = trigger.dataset else { return (0, 0) }
        let row = try db.firstRow(
            sql: "SELECT observations_added, series_added FROM dataset WHERE name = ?", arguments: [dataset])
        guard let row else { throw StoreError.datasetUnknown(dataset) }
        let growth = DatasetGrowth(observations: row["observations_added"], series: row["series_added"])
        return (growth.count(for: trigger), growth.series)
    }

    /// Writes everything but the key, the creation and the last firing.
    static func values(of schedule: Schedule) throws -> [String: (any DatabaseValueConvertible)?] {
        var values: [String: (any DatabaseValueConvertible)?] = [
            "name": schedule.name, "job": try JSONColumn.encode(schedule.job),
            "missed_runs": missedRuns(schedule.missedRuns), "paused": schedule.isPaused ? 1 : 0,
            "revision": schedule.revision, "next_fire_at": schedule.nextFireAt?.microseconds,
            "counted_from": schedule.countedFrom, "series_counted_from": schedule.seriesCountedFrom,
            "problem": schedule.problem, "model": nil, "expression": nil, "time_zone": nil,
            "seconds": nil, "anchor": nil, "dataset": schedule.trigger.dataset, "count": nil, "likelihood_drop": nil,
        ]
        switch schedule.trigger {
        case .cron(let expression, let timeZone):
            values["kind"] = "cron"
            values["expression"] = expression
            values["time_zone"] = timeZone
        case .interval(let seconds, let anchor):
            values["kind"] = "interval"
            values["seconds"] = seconds
            values["anchor"] = anchor.microseconds
        case .observations(_, let count):
            values["kind"] = "observations"
            values["count"] = count
        case .series(_, let count):
            values["kind"] = "series"
            values["count"] = count
        case .drift(let watch):
            values["kind"] = "drift"
            values["count"] = watch.count
            values["model"] = watch.model
            values["likelihood_drop"] = watch.drop
        case .unreadable(let detail): throw StoreError.corrupt(detail: detail)
        }
        return values
    }

    /// A row whose contents make no sense is a schedule that says so: it must not take the others with it.
    private static func decode(_ row: Row) throws -> Schedule {
        var trigger: ScheduleTrigger
        var job = ScheduledJob(kind: "unknown", arguments: "{}")
        var policy = MissedRuns.once
        do {
            trigger = try Self.trigger(row)
            job = try JSONColumn.decode(ScheduledJob.self, row["job"])
            policy = try missedRuns(row["missed_runs"])
        } catch StoreError.corrupt(let detail) {
            let name: String = row["name"]
            trigger = .unreadable("schedule “\(name)” cannot be read (\(detail)); delete it and make it anew")
        }
        return Schedule(
            id: Identifier(rawValue: row["id"]), name: row["name"], trigger: trigger, job: job, missedRuns: policy,
            isPaused: row["paused"], revision: row["revision"],
            nextFireAt: (row["next_fire_at"] as Int64?).map(Timestamp.init(microseconds:)),
            countedFrom: row["counted_from"], seriesCountedFrom: row["series_counted_from"], problem: row["problem"],
            createdAt: Timestamp(microseconds: row["created_at"]),
            lastFiredAt: (row["last_fired_at"] as Int64?).map(Timestamp.init(microseconds:)))
    }

    private static func trigger(_ row: Row) throws -> ScheduleTrigger {
        let kind: String = row["kind"]
        let dataset: String? = row["dataset"]
        let count: Int64? = row["count"]
        switch kind {
        case "cron":
            if let expression: String = row["expression"], let zone: String = row["time_zone"] {
                return .cron(expression: expression, timeZone: zone)
            }
        case "interval":
            if let seconds: Double = row["seconds"], let anchor: Int64 = row["anchor"] {
                return .interval(seconds: seconds, anchor: Timestamp(microseconds: anchor))
            }
        case "observations": if let dataset, let count { return .observations(dataset: dataset, count: count) }
        case "series": if let dataset, let count { return .series(dataset: dataset, count: count) }
        case "drift":
            if let dataset, let count, let model: String = row["model"], let drop: Double = row["likelihood_drop"] {
                return .drift(DriftWatch(dataset: dataset, model: model, drop: drop, count: count))
            }
        default: break
        }
        throw StoreError.corrupt(detail: "schedule \(row["id"] as Int64) has no trigger")
    }

    private static func missedRuns(_ policy: MissedRuns) -> String {
        switch policy {
        case .skip: "skip"
        case .once: "once"
        case .all(let limit): "\(limit)"
        }
    }

    private static func missedRuns(_ text: String) throws -> MissedRuns {
        switch text {
        case "skip": return .skip
        case "once": return .once
        default:
            guard let limit = Int(text) else { throw StoreError.corrupt(detail: "a schedule's missed_runs is unknown") }
            return .all(limit: limit)
        }
    }
}
