import LodeDomain
import LodeJobs
import LodeTestSupport
import Testing

@Suite struct InMemoryScheduleStoreTests {
    @Test(arguments: ScheduleContract.all)
    func `keeps the contract of a schedule store`(_ contract: ScheduleContract) async throws {
        let queue = InMemoryJobQueue()
        let store = InMemoryScheduleStore(queue: queue)
        let shared = GrowthBox(store: store)
        await store.setGrowth(DatasetGrowth(observations: 0, series: 0), of: "d")
        try await contract.check(
            ScheduleContract.Subject(
                store: store, queue: queue, grow: { await shared.grow($0) }, deleteDataset: { await shared.delete() }))
    }
}

/// Counts what a dataset has gained.
private actor GrowthBox {
    private let store: InMemoryScheduleStore
    private var growth = DatasetGrowth(observations: 0, series: 0)

    init(store: InMemoryScheduleStore) { self.store = store }

    func grow(_ count: Int) async {
        growth.observations += Int64(count)
        growth.series += 1
        await store.setGrowth(growth, of: "d")
    }

    func delete() async {
        growth = DatasetGrowth(observations: 0, series: 0)
        await store.setGrowth(nil, of: "d")
    }
}
