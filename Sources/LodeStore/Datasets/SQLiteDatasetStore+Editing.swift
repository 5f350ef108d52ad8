import GRDB
public import LodeDomain

extension SQLiteDatasetStore: DatasetEditor {
    /// Gives a dataset another name, other tags in place of all others, or both; nil leaves as it is.
    public func change(
        _ dataset: Identifier<Dataset>, name: String? = nil, tags: [String]? = nil
    ) async throws(StoreError) -> Dataset {
        if let name, !Dataset.isValidName(name) { throw .invalidName(name) }
        return try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            if let name {
                if let other = try DatasetRecord.named(name, db), other.id != dataset {
                    throw StoreError.nameTaken(name)
                }
                try db.execute(sql: "UPDATE dataset SET name = ? WHERE id = ?", arguments: [name, dataset.rawValue])
            }
            if let tags {
                try db.execute(
                    sql: "UPDATE dataset SET tags = ? WHERE id = ?",
                    arguments: [try JSONColumn.encode(tags), dataset.rawValue])
            }
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
            let channel = ChannelDescription(name: name, unit: unit, kind: kind)
            let id = try DatasetRecord.describe(channel, of: dataset, db)
            return Channel(id: Identifier(rawValue: id), name: name, unit: unit, kind: kind)
        }
    }

    /// Says what several channels measure, in one transaction; makes those that are new.
    public func describeChannels(
        _ channels: [ChannelDescription], of dataset: Identifier<Dataset>
    ) async throws(StoreError) {
        try await database.write { db in
            _ = try DatasetRecord.existing(dataset, db)
            for channel in channels { _ = try DatasetRecord.describe(channel, of: dataset, db) }
        }
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
