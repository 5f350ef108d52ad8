import GRDB
import LodeDomain

/// Rows of `model_verdict`.
enum ModelVerdictRecord {
    /// Stores what a rule said of a version that was just published, and moves the alias where it said so.
    ///
    /// An alias that points elsewhere by now than at the version that was compared with stays where it is.
    static func apply(
        _ verdict: PromotionVerdict, to version: ModelVersion, at now: Timestamp, _ db: Database
    ) throws {
        let alias = verdict.rule.alias
        let current = try ModelVersionRecord.fetch(aliased: alias, of: version.dataset, db)?.number
        let verdict = current == verdict.incumbent ? verdict : verdict.overtaken(by: current)
        if verdict.isPromoted {
            let by = version.job.map { "job \($0)" } ?? "import"
            let move = AliasMove(alias: alias, by: by, reason: verdict.reasons.joined(separator: " "))
            try ModelAliasRecord.point(move, from: current, to: version, at: now, db)
        }
        try db.executeCached(
            sql: "INSERT INTO model_verdict (version, verdict, judged_at) VALUES (?, ?, ?)",
            arguments: [version.id.rawValue, try JSONColumn.encode(verdict), now.microseconds])
    }

    /// What rules said of the versions of a dataset, oldest first.
    static func fetch(of dataset: Identifier<Dataset>, _ db: Database) throws -> [StoredVerdict] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, verdict, judged_at
                FROM model_verdict JOIN model_version ON model_version.id = model_verdict.version
                WHERE dataset = ? ORDER BY model_verdict.id
                """,
            arguments: [dataset.rawValue]
        ).map { row in
            StoredVerdict(
                version: row["number"], verdict: try JSONColumn.decode(PromotionVerdict.self, row["verdict"]),
                at: Timestamp(microseconds: row["judged_at"]))
        }
    }
}
