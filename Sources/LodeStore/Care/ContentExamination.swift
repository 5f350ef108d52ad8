import GRDB
import LodeDomain

/// Looks for rows that contradict each other.
struct ContentExamination {
    func findings(_ db: Database) throws -> [Finding] {
        [try references(db), try orphans(db), try counts(db)]
    }

    private func references(_ db: Database) throws -> Finding {
        let broken = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
        return report(
            "foreign-keys", broken, good: "Every reference has its row.",
            bad: "\(broken) rows refer to rows that are gone.")
    }

    private func orphans(_ db: Database) throws -> Finding {
        // Steps from key to key through the index instead of reading every row.
        let series =
            try Int.fetchOne(
                db,
                sql: """
                    WITH RECURSIVE present (id) AS (
                        SELECT min(series) FROM observation
                        UNION ALL
                        SELECT (SELECT min(series) FROM observation WHERE series > present.id) FROM present
                        WHERE id IS NOT NULL
                    )
                    SELECT count(*) FROM present WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM series)
                    """) ?? 0
        let channels =
            try Int.fetchOne(
                db,
                sql: """
                    WITH RECURSIVE present (series, channel) AS (
                        SELECT id, (SELECT min(channel) FROM observation WHERE series = id) FROM series
                        UNION ALL
                        SELECT series, (
                            SELECT min(channel) FROM observation
                            WHERE series = present.series AND channel > present.channel)
                        FROM present WHERE channel IS NOT NULL
                    )
                    SELECT count(*) FROM present
                    JOIN series ON series.id = present.series
                    LEFT JOIN channel ON channel.id = present.channel
                    WHERE present.channel IS NOT NULL
                        AND (channel.id IS NULL OR channel.dataset IS NOT series.dataset)
                    """) ?? 0
        return report(
            "orphans", series + channels, good: "Every observation has its series and channel.",
            bad: "Observations of \(series) series and \(channels) channels that are gone.")
    }

    private func counts(_ db: Database) throws -> Finding {
        let wrong =
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM series LEFT JOIN (
                        SELECT series, count(*) AS count, min(time) AS first_time, max(time) AS last_time
                        FROM observation GROUP BY series
                    ) AS held ON held.series = series.id
                    WHERE observation_count IS NOT ifnull(held.count, 0)
                        OR series.first_time IS NOT held.first_time OR series.last_time IS NOT held.last_time
                    """) ?? 0
        return report(
            "series-counts", wrong, good: "Every series holds as many observations, between the times, as it says.",
            bad: "\(wrong) series hold another number of observations, or other times, than they say.")
    }

    private func report(_ code: String, _ count: Int, good: String, bad: String) -> Finding {
        guard count > 0 else { return Finding(code, .ok, good) }
        return Finding(
            code, .error, bad,
            advice: "Has another program written to the file? Restore the last backup, or export and ingest anew.")
    }
}
