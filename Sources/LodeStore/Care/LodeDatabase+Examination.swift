import GRDB
public import LodeDomain

extension LodeDatabase: DatabaseKeeper {
    /// Looks the database over, as `lode doctor` does: every check gives a finding, good or bad.
    ///
    /// Reads every page of the file; writes nothing. Reads and writes go on meanwhile.
    public func examine(at now: Timestamp) async throws(StoreError) -> [Finding] {
        let path = path
        return try await read { db in
            try EngineExamination(path: path).findings(db) + ContentExamination().findings(db)
                + JobExamination(now: now).findings(db)
        }
    }
}
