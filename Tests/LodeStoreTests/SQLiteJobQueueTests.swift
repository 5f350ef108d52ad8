import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct SQLiteJobQueueTests {
    @Test(arguments: QueueContract.all)
    func `keeps the contract of a queue`(_ contract: QueueContract) async throws {
        let folder = try TemporaryFolder()
        let database = try LodeDatabase.create(at: folder.path("queue.db"))
        let datasets = SQLiteDatasetStore(database, now: { Timestamp(microseconds: 0) })
        let dataset = try await datasets.createDataset(named: "d", timeAxis: .numeric(unit: nil))
        try await contract.check(
            QueueContract.Subject(
                queue: SQLiteJobQueue(database), registry: SQLiteModelRegistry(database), dataset: dataset.id))
    }
}
