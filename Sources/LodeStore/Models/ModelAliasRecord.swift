import GRDB
import LodeDomain

/// Rows of `model_alias`, and of their history `model_alias_change`.
enum ModelAliasRecord {
    /// The aliases of a dataset, by name.
    static func fetch(of dataset: Identifier<Dataset>, _ db: Database) throws -> [ModelAlias] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT model_alias.name, number FROM model_alias JOIN model_version ON model_version.id = version
                WHERE model_alias.dataset = ? ORDER BY model_alias.name
                """,
            arguments: [dataset.rawValue]
        ).map { row in
            let name: String = row["name"]
            guard let change = try history(of: dataset, alias: name, db).last else {
                throw StoreError.corrupt(detail: "an alias has no history")
            }
            return ModelAlias(name: name, version: row["number"], change: change)
        }
    }

    /// What became of the aliases of a dataset, or of one of them, oldest first.
    static func history(of dataset: Identifier<Dataset>, alias: String?, _ db: Database) throws -> [AliasChange] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT kind, alias, from_number, to_number, changed_at, changed_by, reason FROM model_alias_change
                WHERE dataset = ? AND alias = ifnull(?, alias) ORDER BY id
                """,
            arguments: [dataset.rawValue, alias]
        ).map { row in
            let kind: String = row["kind"]
            guard let kind = AliasChange.Kind(rawValue: kind) else {
                throw StoreError.corrupt(detail: "a change of an alias has an unknown kind")
            }
            return AliasChange(
                kind: kind, alias: row["alias"], from: row["from_number"], to: row["to_number"],
                at: Timestamp(microseconds: row["changed_at"]), by: row["changed_by"], reason: row["reason"])
        }
    }

    /// Makes an alias point at a version, if the move's condition holds.
    static func moveIfConditionHolds(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to id: Identifier<ModelVersion>, at now: Timestamp,
        _ db: Database
    ) throws -> ModelAlias {
        let version = try ModelVersionRecord.existing(id, db)
        guard version.dataset == dataset else { throw StoreError.modelVersionOfAnotherDataset(id) }
        let current = try ModelVersionRecord.fetch(aliased: move.alias, of: dataset, db)?.number
        if case .at(let expected) = move.condition, expected != current {
            throw StoreError.aliasMoved(move.alias, to: current)
        }
        if current != version.number { try point(move, from: current, to: version, at: now, db) }
        let change = try history(of: dataset, alias: move.alias, db).last
        guard let change else { throw StoreError.corrupt(detail: "an alias has no history") }
        return ModelAlias(name: move.alias, version: version.number, change: change)
    }

    /// Takes an alias away; throws ``StoreError/aliasNotFound(_:)``.
    static func remove(
        _ alias: String, of dataset: Identifier<Dataset>, by: String, reason: String, at now: Timestamp,
        _ db: Database
    ) throws -> AliasChange {
        guard let current = try ModelVersionRecord.fetch(aliased: alias, of: dataset, db) else {
            throw StoreError.aliasNotFound(alias)
        }
        try db.executeCached(
            sql: "DELETE FROM model_alias WHERE dataset = ? AND name = ?", arguments: [dataset.rawValue, alias])
        let change = AliasChange(
            kind: .removed, alias: alias, from: current.number, to: nil, at: now, by: by, reason: reason)
        try insert(change, of: dataset, db)
        return change
    }

    /// Requires that the alias points at `from`, in this transaction.
    static func point(
        _ move: AliasMove, from: Int?, to version: ModelVersion, at now: Timestamp, _ db: Database
    ) throws {
        try db.executeCached(
            sql: "INSERT OR REPLACE INTO model_alias (dataset, name, version) VALUES (?, ?, ?)",
            arguments: [version.dataset.rawValue, move.alias, version.id.rawValue])
        try insert(
            AliasChange(
                kind: move.kind, alias: move.alias, from: from, to: version.number, at: now, by: move.by,
                reason: move.reason), of: version.dataset, db)
    }

    private static func insert(_ change: AliasChange, of dataset: Identifier<Dataset>, _ db: Database) throws {
        try db.executeCached(
            sql: """
                INSERT INTO model_alias_change (dataset, alias, kind, from_number, to_number, changed_at, changed_by,
                    reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                dataset.rawValue, change.alias, change.kind.rawValue, change.from, change.to, change.at.microseconds,
                change.by, change.reason,
            ])
    }
}
