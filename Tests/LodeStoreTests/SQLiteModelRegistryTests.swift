import GRDB
import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct SQLiteModelRegistryTests {
    @Test(arguments: RegistryContract.all)
    func `keeps the contract of a registry`(_ contract: RegistryContract) async throws {
        let folder = try TemporaryFolder()
        let database = try LodeDatabase.create(at: folder.path("models.db"))
        let datasets = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 0) })
        let dataset = try await datasets.createDataset(named: "d", timeAxis: .numeric(unit: nil))
        let other = try await datasets.createDataset(named: "e", timeAxis: .numeric(unit: nil))
        try await contract.check(
            RegistryContract.Subject(
                queue: SQLiteJobQueue(database), registry: SQLiteModelRegistry(database), dataset: dataset.id,
                other: other.id))
    }

    @Test func `a dataset takes its versions, aliases and their history with it`() async throws {
        let fixture = try await StoreFixture()
        let registry = SQLiteModelRegistry(fixture.database)
        let draft = ModelVersionDraft(
            dataset: fixture.dataset.id, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1],
            provenance: ModelProvenance(origin: .imported))
        let version = try await registry.add(draft, at: Timestamp(microseconds: 1))
        _ = try await registry.moveAliasIfConditionHolds(
            AliasMove(alias: "production", by: "ada", reason: ""), of: fixture.dataset.id, to: version.id,
            at: Timestamp(microseconds: 2))
        try await fixture.store.delete(fixture.dataset.id)
        #expect(
            try await fixture.rowCounts(["model_version", "model_alias", "model_alias_change", "dataset"])
                == [0, 0, 0, 0])
    }

    @Test func `versions of an older database are kept, and count on`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("old.db")
        let first = Schema(migrations: Array(Schema.current.migrations.prefix(1)))
        try LodeDatabase.openForWriting(path, options: .init(), mayCreate: true, schema: first).close()
        let old = try DatabaseQueue(path: path)
        try await old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO dataset (name, time_kind, created_at) VALUES ('d', 'numeric', 0);
                    INSERT INTO model_version (dataset, number, job, revision, metadata, created_at, weights)
                        VALUES (1, 1, 7, 3, '{}', 5, x'01'), (1, 2, 9, 4, '{"a":1}', 6, x'0203');
                    """)
        }
        try old.close()
        let database = try LodeDatabase.open(at: path)
        let registry = SQLiteModelRegistry(database)
        let dataset = Identifier<Dataset>(rawValue: 1)
        let versions = try await registry.versions(of: dataset)
        #expect(versions.map(\.number) == [2, 1])
        #expect(versions[0].job?.rawValue == 9 && versions[0].metadata == #"{"a":1}"#)
        #expect(versions[0].provenance == ModelProvenance())
        #expect(try await registry.weights(of: versions[0].id) == [2, 3])
        let draft = ModelVersionDraft(
            dataset: dataset, watermark: DataWatermark(revision: 4), metadata: "{}", weights: [],
            provenance: ModelProvenance(origin: .imported))
        #expect(try await registry.add(draft, at: Timestamp(microseconds: 7)).number == 3)
    }
}
