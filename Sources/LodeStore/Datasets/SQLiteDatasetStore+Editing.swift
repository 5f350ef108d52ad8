import GRDB
public import LodeDomain

extension SQLiteDatasetStore: DatasetEditor {
    /// Gives a dataset another name.
    public func rename(
        _ dataset: Identifier<Dataset>, to name: String
    ) async throws(StoreError) -> Dataset {
        guard Dataset.isValidName(name) else { throw .invalidName(name) }
        return try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            if let other = try DatasetRecord.named(name, db), other.id != dataset {
                throw StoreError.nameTaken(name)
            }
            try db.execute(sql: "UPDATE dataset SET name = ? WHERE id = ?", arguments: [name, dataset.rawValue])
            return try DatasetRecord.existing(dataset, db)
        }
    }

    /// Replaces the tags of a dataset.
    public func setTags(
        _ tags: [String], of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> Dataset {
        try await database.write { db in
            try db.execute(
                sql: "UPDATE dataset SET tags = ? WHERE id = ?",
                arguments: [try JSONColumn.encode(tags), dataset.rawValue])
            return try DatasetRecord.existing(dataset, db)
        }
    }

    /// Deletes a dataset with its series, observations and model versions.
    public func delete(_ dataset: Identifier<Dataset>) async throws(StoreError) {
        try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            try db.execute(sql: "DELETE FROM dataset WHERE id = ?", arguments: [dataset.rawValue])
        }
    }

    /// Says what a channel measures; makes it where it is new.
    public func describeChannel(
        _ name: String, of dataset: Identifier<Dataset>, unit: String?, kind: ChannelKind
    ) async throws(StoreError) -> Channel {
        try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            let id = try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO channel (dataset, name, unit, kind) VALUES (?, ?, ?, ?)
                    ON CONFLICT (dataset, name) DO UPDATE SET unit = excluded.unit, kind = excluded.kind
                    RETURNING id
                    """,
                arguments: [dataset.rawValue, name, unit, kind.rawValue])
            return Channel(id: Identifier(rawValue: id ?? 0), name: name, unit: unit, kind: kind)
        }
    }

    /// Writes facts of series; the last row wins on an equal key.
    public func writeStatics(
        _ rows: [SeriesFact], to dataset: Identifier<Dataset>
    ) async throws(StoreError) -> IngestReport {
        try await database.write { db in try FactRecord.write(rows, to: dataset, in: .statics, db) }
    }

    /// Writes outcomes of series; the last row wins on an equal key.
    public func writeLabels(
        _ rows: [SeriesFact], to dataset: Identifier<Dataset>
    ) async throws(StoreError) -> IngestReport {
        try await database.write { db in try FactRecord.write(rows, to: dataset, in: .labels, db) }
    }

    /// Deletes the observations that `selection` names.
    public func deleteObservations(
        _ selection: ObservationSelection, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> DeletionReport {
        try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            let deleted = try ObservationDeletion(selection, of: dataset, db).run()
            return DeletionReport(
                deleted: deleted,
                watermark: deleted > 0
                    ? try DatasetRecord.advanceRevision(of: dataset, db)
                    : try DatasetRecord.watermark(of: dataset, db))
        }
    }
}
