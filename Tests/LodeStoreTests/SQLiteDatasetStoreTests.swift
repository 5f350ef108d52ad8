import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct SQLiteDatasetStoreTests {
    private let fixture: StoreFixture
    private var store: SQLiteDatasetStore { fixture.store }
    private var dataset: Identifier<Dataset> { fixture.dataset.id }

    init() async throws {
        fixture = try await StoreFixture()
    }

    @Test(arguments: [TimeAxis.numeric(unit: nil), .numeric(unit: "s"), .dateTime])
    func `a dataset keeps its time axis`(axis: TimeAxis) async throws {
        let created = try await store.createDataset(named: "d", timeAxis: axis)
        #expect(created.timeAxis == axis)
        #expect(created.createdAt == Timestamp(microseconds: 1_000_000))
        #expect(try await store.dataset(named: "d") == created)
        #expect(try await store.createDataset(named: "d", timeAxis: axis) == created)
    }

    @Test func `a dataset with another axis is refused`() async throws {
        await #expect(
            throws: StoreError.timeAxisMismatch(dataset: "co2", stored: .numeric(unit: "days"), given: .dateTime)
        ) {
            try await store.createDataset(named: "co2", timeAxis: .dateTime)
        }
    }

    @Test func `a name with other characters is refused`() async throws {
        await #expect(throws: StoreError.invalidName("a/b")) {
            try await store.createDataset(named: "a/b", timeAxis: .dateTime)
        }
    }

    @Test func `a dataset that does not exist is nil or refused`() async throws {
        #expect(try await store.dataset(named: "none") == nil)
        let gone = Identifier<Dataset>(rawValue: 99)
        await #expect(throws: StoreError.datasetNotFound(gone)) { try await store.summary(of: gone) }
        await #expect(throws: StoreError.datasetNotFound(gone)) { try await store.contents(of: gone) }
        await #expect(throws: StoreError.datasetNotFound(gone)) {
            try await store.series(of: gone, after: nil, limit: 1)
        }
        await #expect(throws: StoreError.datasetNotFound(gone)) {
            try await store.reading(of: "a", in: gone, channels: [], inputs: [], asOf: nil)?.observations
        }
    }

    @Test func `an empty dataset has no time range`() async throws {
        let summary = try await store.summary(of: dataset)
        #expect(summary.timeRange == nil)
        #expect(summary.observationCount == 0)
        #expect(try await store.contents(of: dataset).series.isEmpty)
    }

    @Test func `observations come by time, then by the channels asked for`() async throws {
        _ = try await store.write(
            [row("a", 2, "x", 1), row("a", 1, "x", 2), row("a", 1, "y", 3), row("a", 1, "z", 4)], to: dataset)
        let series = try #require(
            try await store.reading(of: "a", in: dataset, channels: ["y", "none", "x"], inputs: [], asOf: nil)?
                .observations)
        #expect(
            series.points == [
                .init(time: 1, channel: 0, value: 3), .init(time: 1, channel: 2, value: 2),
                .init(time: 2, channel: 2, value: 1),
            ])
    }

    @Test func `asOf takes in its own moment and cuts what is later`() async throws {
        _ = try await store.write([row("a", 1, "x", 1), row("a", 2, "x", 2), row("a", 3, "x", 3)], to: dataset)
        let series = try await store.reading(of: "a", in: dataset, channels: ["x"], inputs: [], asOf: 2)?.observations
        #expect(series?.points.map(\.time) == [1, 2])
    }

    @Test func `an unknown series is nil, one without such observations is empty`() async throws {
        _ = try await store.write([row("a", 1, "x", 1)], to: dataset)
        #expect(
            try await store.reading(of: "b", in: dataset, channels: ["x"], inputs: [], asOf: nil)?.observations == nil)
        #expect(
            try await store.reading(of: "a", in: dataset, channels: ["y"], inputs: [], asOf: nil)?.observations.points
                == [])
    }

    @Test func `series are listed in pages by name`() async throws {
        _ = try await store.write(["c", "a", "d", "b"].map { row($0, 1, "x", 1) }, to: dataset)
        #expect(try await store.series(of: dataset, after: nil, limit: 3).map(\.name) == ["a", "b", "c"])
        #expect(try await store.series(of: dataset, after: "c", limit: 3).map(\.name) == ["d"])
    }

    @Test func `the newest series come first, whatever their names`() async throws {
        for names in [["b"], ["c", "a"], ["b", "d"]] {
            _ = try await store.write(names.map { row($0, 1, "x", 1) }, to: dataset)
        }
        #expect(try await store.newestSeries(of: dataset, limit: 1) == ["d"])
        let three = try await store.newestSeries(of: dataset, limit: 3)
        #expect(three.first == "d" && Set(three) == ["d", "a", "c"])
        #expect(try await store.newestSeries(of: dataset, limit: 9).last == "b")
    }

    @Test func `series are found by a part of their name, whatever its case`() async throws {
        _ = try await store.write(["Ward 1", "ward 2", "home_2", "a%"].map { row($0, 1, "x", 1) }, to: dataset)
        func found(_ part: String, after: String? = nil) async throws -> [String] {
            try await store.series(of: dataset, containing: part, after: after, limit: 9).map(\.name)
        }
        #expect(try await found("WARD") == ["Ward 1", "ward 2"])
        #expect(try await found("ward", after: "Ward 1") == ["ward 2"])
        // Neither is a wildcard.
        #expect(try await found("%") == ["a%"])
        #expect(try await found("_") == ["home_2"])
    }

    @Test func `datasets do not mix`() async throws {
        let other = try await store.createDataset(named: "other", timeAxis: .dateTime)
        _ = try await store.write([row("a", 1, "x", 1)], to: dataset)
        _ = try await store.write([row("a", 1, "x", 2), row("a", 2, "y", 2)], to: other.id)
        #expect(try await store.contents(of: dataset).series.map(\.points.count) == [1])
        #expect(try await store.contents(of: other.id).channels == ["x", "y"])
        #expect(try await store.datasetSummaries().map(\.dataset.name) == ["co2", "other"])
        #expect(try await store.datasetSummaries().map(\.observationCount) == [1, 2])
    }
}
