import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct IngestServiceTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    @Test func `a new dataset takes its time axis from the first time`() async throws {
        let numbers = try await fixture.ingest("a,1,x,2", into: "numbers")
        #expect(numbers.created && numbers.inserted == 1)
        #expect(numbers.timeAxis.axis == .numeric(unit: nil))
        #expect(try await fixture.ingest("a,2024-05-01T00:00:00Z,x,2", into: "dates").timeAxis.axis == .dateTime)
        #expect(
            try await fixture.ingest("a,1,x,2", into: "days", axis: .numeric(unit: "days")).timeAxis.axis
                == .numeric(unit: "days"))
    }

    @Test func `the same text again changes nothing, another value on the same key wins`() async throws {
        try await fixture.ingest("a,1,x,2", "a,2,x,3")
        let again = try await fixture.ingest("a,1,x,2", "a,2,x,3")
        #expect((again.inserted, again.updated, again.unchanged) == (0, 0, 2))
        #expect(again.revision == 1 && !again.created)
        let other = try await fixture.ingest("a,1,x,5", "a,3,x,3")
        #expect((other.inserted, other.updated, other.unchanged) == (1, 1, 0))
    }

    @Test func `a fault in the last line leaves nothing behind, not even the dataset`() async throws {
        await #expect(throws: ServiceError.self) { try await fixture.ingest("a,1,x,2", "a,2,x,nan") }
        #expect(try await fixture.catalog.datasets().isEmpty)
    }

    @Test func `a dataset keeps its way to count time`() async throws {
        try await fixture.ingest("a,1,x,2", axis: .numeric(unit: "days"))
        try await fixture.ingest("a,2,x,2", axis: .numeric(unit: nil))
        for axis in [TimeAxis.dateTime, .numeric(unit: "s")] {
            await #expect(
                throws: ServiceError.timeAxisMismatch(dataset: "d", stored: .numeric(unit: "days"), given: axis)
            ) { try await fixture.ingest("a,3,x,2", axis: axis) }
        }
    }

    @Test(arguments: ["", "a b", "ü", String(repeating: "a", count: 129)])
    func `a dataset's name is checked first`(name: String) async {
        await #expect(throws: ServiceError.invalidDatasetName(name)) {
            try await fixture.ingest("a,1,x,2", into: name)
        }
    }
}
