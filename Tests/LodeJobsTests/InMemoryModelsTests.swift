import LodeDomain
import LodeJobs
import LodeTestSupport
import Testing

@Suite struct InMemoryModelsTests {
    @Test(arguments: RegistryContract.all)
    func `keeps the contract of a registry`(_ contract: RegistryContract) async throws {
        let queue = InMemoryJobQueue()
        try await contract.check(
            RegistryContract.Subject(
                queue: queue, registry: queue, dataset: Identifier(rawValue: 1), other: Identifier(rawValue: 2)))
    }

    private func history(_ steps: (AliasChange.Kind, Int?)...) -> [AliasChange] {
        steps.map {
            AliasChange(
                kind: $0.0, alias: "production", from: nil, to: $0.1, at: Timestamp(microseconds: 0), by: "", reason: ""
            )
        }
    }

    @Test func `rollbacks in a row go back further each time, past versions that are gone`() {
        let all: Set = [1, 2, 3, 4]
        let three = history((.promoted, 1), (.promoted, 2), (.promoted, 3))
        #expect(AliasChange.rollbackTargets(three, existing: all) == [2, 1])
        #expect(AliasChange.rollbackTargets(three, existing: [1, 3]) == [1])
        let once = three + history((.rolledBack, 2))
        #expect(AliasChange.rollbackTargets(once, existing: all) == [1])
        let twice = once + history((.rolledBack, 1))
        #expect(AliasChange.rollbackTargets(twice, existing: all) == [])
        let forth = twice + history((.promoted, 4))
        #expect(AliasChange.rollbackTargets(forth, existing: all) == [1])
        let again = history((.promoted, 1), (.removed, nil), (.promoted, 2))
        #expect(AliasChange.rollbackTargets(again, existing: all) == [1])
        #expect(AliasChange.rollbackTargets([], existing: all) == [])
    }
}
