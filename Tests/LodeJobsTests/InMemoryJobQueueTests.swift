import LodeDomain
import LodeJobs
import LodeTestSupport
import Testing

@Suite struct InMemoryJobQueueTests {
    @Test(arguments: QueueContract.all)
    func `keeps the contract of a queue`(_ contract: QueueContract) async throws {
        let queue = InMemoryJobQueue()
        try await contract.check(
            QueueContract.Subject(queue: queue, registry: queue, dataset: Identifier(rawValue: 1)))
    }
}
