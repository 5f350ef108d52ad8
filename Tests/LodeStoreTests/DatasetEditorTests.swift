import LodeDomain
import LodeStore
import Testing

@Suite struct DatasetEditorTests {
    private let fixture: StoreFixture
    private var store: SQLiteDatasetStore { fixture.store }
    private var dataset: Identifier<Dataset> { fixture.dataset.id }

    init() async throws {
        fixture = try await StoreFixture()
    }

    @Test func `a renamed dataset keeps what it holds`() async throws {
        _ = try await store.write([row("a", 1, "x", 1)], to: dataset)
        let renamed = try await store.change(dataset, name: "carbon")
        #expect(renamed.id == dataset)
        #expect(try await store.dataset(named: "co2") == nil)
        #expect(try await store.dataset(named: "carbon") == renamed)
        #expect(try await store.summary(of: dataset).observationCount == 1)
        #expect(try await store.change(dataset, name: "carbon") == renamed)
    }

    @Test func `a name that is taken or invalid is refused`() async throws {
        _ = try await store.createDataset(named: "other", timeAxis: .dateTime)
        await #expect(throws: StoreError.nameTaken("other")) { try await store.change(dataset, name: "other") }
        await #expect(throws: StoreError.invalidName("")) { try await store.change(dataset, name: "") }
        // Name and tags change together or not at all.
        await #expect(throws: StoreError.nameTaken("other")) {
            try await store.change(dataset, name: "other", tags: ["new"])
        }
        #expect(try await store.dataset(named: "co2")?.tags == [])
    }

    @Test func `tags are kept in order`() async throws {
        #expect(try await store.change(dataset, tags: ["weather", "a \"b\""]).tags == ["weather", "a \"b\""])
        #expect(try await store.datasetSummaries().first?.dataset.tags == ["weather", "a \"b\""])
        #expect(try await store.change(dataset, tags: []).tags == [])
    }

    @Test func `a deleted dataset leaves nothing behind`() async throws {
        let other = try await store.createDataset(named: "other", timeAxis: .dateTime)
        for id in [dataset, other.id] {
            _ = try await store.write([row("a", 1, "x", 1), row("b", 1, "y", 1)], to: id)
            _ = try await store.write(
                [SeriesFact(series: "a", name: "s", value: 1)], FactWriteRequest(dataset: id, kind: .statics))
            _ = try await store.write(
                [SeriesFact(series: "a", name: "l", value: 1)], FactWriteRequest(dataset: id, kind: .labels))
        }
        let before = try await store.contents(of: other.id)
        try await store.delete(dataset)
        #expect(try await store.datasetSummaries().map(\.dataset) == [other])
        #expect(try await store.contents(of: other.id) == before)
        #expect(
            try await fixture.rowCounts(["observation", "series", "channel", "static_covariate", "label"])
                == [2, 2, 2, 1, 1])
        await #expect(throws: StoreError.datasetNotFound(dataset)) { try await store.delete(dataset) }
    }

    @Test func `a channel is described before or after its first value`() async throws {
        let dose = try await store.describeChannel("dose", of: dataset, unit: "mg", kind: .input)
        _ = try await store.write([row("a", 1, "dose", 1), row("a", 1, "level", 1)], to: dataset)
        #expect(try await store.summary(of: dataset).channels.first == dose)
        let level = try await store.describeChannel("level", of: dataset, unit: "mg/l", kind: .measured)
        #expect(try await store.summary(of: dataset).channels == [dose, level])
    }

    @Test func `facts are written like observations, the last row wins`() async throws {
        let rows = [SeriesFact(series: "a", name: "age", value: 1), SeriesFact(series: "a", name: "age", value: 2)]
        let report = try await store.write(rows, FactWriteRequest(dataset: dataset, kind: .statics))
        #expect([report.inserted, report.updated, report.unchanged] == [1, 1, 0])
        #expect(report.watermark == DataWatermark(revision: 1))
        let again = try await store.write([rows[1]], FactWriteRequest(dataset: dataset, kind: .statics))
        #expect([again.inserted, again.updated, again.unchanged] == [0, 0, 1])
        #expect(again.watermark == DataWatermark(revision: 1))
        let series = try await store.reading(of: "a", in: dataset, channels: [], inputs: [], asOf: nil)?.observations
        #expect(series?.statics == ["age": 2])
        #expect(try await store.contents(of: dataset).series.map(\.statics) == [["age": 2]])
    }

    @Test(arguments: [
        (ObservationSelection(series: "a", channel: "x", times: 2...3), 2),
        (ObservationSelection(series: "a", times: 2...3), 3),
        (ObservationSelection(channel: "x", times: 2...2), 2),
        (ObservationSelection(series: "a"), 5),
        (ObservationSelection(), 7),
        (ObservationSelection(series: "none"), 0),
        (ObservationSelection(times: 8...9), 0),
    ])
    func `what a selection names is deleted, the rest stays`(
        selection: ObservationSelection, expected: Int
    ) async throws {
        let rows = [
            row("a", 1, "x", 1), row("a", 2, "x", 1), row("a", 3, "x", 1), row("a", 2.5, "y", 1),
            row("a", 4, "y", 1), row("b", 2, "x", 1), row("b", 7, "y", 1),
        ]
        _ = try await store.write(rows, to: dataset)
        let report = try await store.deleteObservations(selection, of: dataset)
        #expect(report.deleted == expected)
        #expect(report.watermark == DataWatermark(revision: expected > 0 ? 2 : 1))
        let left = rows.filter { row in
            !((selection.series ?? row.series) == row.series && (selection.channel ?? row.channel) == row.channel
                && (selection.times?.contains(row.time) ?? true))
        }
        for series in try await store.series(of: dataset, after: nil, limit: 10) {
            let times = left.filter { $0.series == series.name }.map(\.time)
            #expect(series.observationCount == times.count)
            #expect(series.timeRange?.lowerBound == times.min())
            #expect(series.timeRange?.upperBound == times.max())
            let points = try await store.reading(
                of: series.name, in: dataset, channels: ["x", "y"], inputs: [], asOf: nil)?.observations.points
            #expect(points?.map(\.time) == times.sorted())
        }
    }
}
