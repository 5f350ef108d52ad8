import LodeDomain
import LodeStore
import LodeTestSupport
import Testing

@Suite struct IngestTests {
    private let fixture: StoreFixture
    private var store: SQLiteDatasetStore { fixture.store }
    private var dataset: Identifier<Dataset> { fixture.dataset.id }

    init() async throws {
        fixture = try await StoreFixture()
    }

    private func report(_ inserted: Int, _ updated: Int, _ unchanged: Int, _ revision: Int64) -> IngestReport {
        IngestReport(
            inserted: inserted, updated: updated, unchanged: unchanged, watermark: DataWatermark(revision: revision))
    }

    @Test func `new rows are inserted, the same rows again change nothing`() async throws {
        let rows = [row("b", 2, "x", 1), row("a", 1, "y", 2), row("a", 0.5, "x", 3)]
        #expect(try await store.write(rows, to: dataset) == report(3, 0, 0, 1))
        let before = try await store.contents(of: dataset)
        #expect(try await store.write(rows, to: dataset) == report(0, 0, 3, 1))
        #expect(try await store.contents(of: dataset) == before)
    }

    @Test func `a row with another value replaces the one before`() async throws {
        _ = try await store.write([row("a", 1, "x", 1), row("a", 2, "x", 1)], to: dataset)
        let rows = [row("a", 1, "x", 1), row("a", 2, "x", 5), row("a", 3, "x", 1)]
        #expect(try await store.write(rows, to: dataset) == report(1, 1, 1, 2))
        let points = try #require(
            try await store.reading(of: "a", in: dataset, channels: ["x"], inputs: [], asOf: nil)?.observations
        ).points
        #expect(points.map(\.value) == [1, 5, 1])
    }

    @Test func `equal keys in one body count as if written one after the other`() async throws {
        let rows = [row("a", 1, "x", 1), row("b", 1, "x", 1), row("a", 1, "x", 2), row("a", 1, "x", 2)]
        #expect(try await store.write(rows, to: dataset) == report(2, 1, 1, 1))
        #expect(try await store.contents(of: dataset).series[0].points.map(\.value) == [2])
    }

    @Test func `no rows change nothing`() async throws {
        #expect(try await store.write([], to: dataset) == report(0, 0, 0, 0))
    }

    @Test func `the first row that cannot be stored takes back the whole body`() async throws {
        _ = try await store.write([row("a", 1, "x", 1)], to: dataset)
        let before = try await store.contents(of: dataset)
        await #expect(throws: StoreError.self) {
            try await store.write([row("a", 1, "x", 9), row("new", 1, "other", .nan)], to: dataset)
        }
        #expect(try await store.contents(of: dataset) == before)
        #expect(try await store.summary(of: dataset).channels.map(\.name) == ["x"])
    }

    @Test func `a dataset that was deleted is refused`() async throws {
        let gone = Identifier<Dataset>(rawValue: 99)
        await #expect(throws: StoreError.datasetNotFound(gone)) {
            try await store.write([row("a", 1, "x", 1)], to: gone)
        }
    }

    @Test func `what a series says of itself equals what it holds`() async throws {
        _ = try await store.write([row("a", 5, "x", 1), row("a", 7, "y", 1), row("b", -2, "x", 1)], to: dataset)
        _ = try await store.write([row("a", 5, "x", 2), row("a", 1, "x", 1)], to: dataset)
        let series = try await store.series(of: dataset, after: nil, limit: 10)
        #expect(series.map(\.name) == ["a", "b"])
        #expect(series.map(\.observationCount) == [3, 1])
        #expect(series.map(\.timeRange) == [1...7, -2 ... -2])
        let summary = try await store.summary(of: dataset)
        #expect(summary.seriesCount == 2)
        #expect(summary.observationCount == 4)
        #expect(summary.timeRange == -2...7)
        #expect(summary.channels.map(\.name) == ["x", "y"])
        #expect(try await store.datasetSummaries() == [summary])
    }

    @Test func `any order of the same rows gives the same contents`() async throws {
        // A multiplicative generator is enough to shuffle; its seed is fixed.
        var state: UInt64 = 12_345
        var rows = (0..<2000).map { index in
            row("s\(index % 7)", Double(index / 7) * 0.25, "c\(index % 3)", Double(index))
        }
        for index in rows.indices.dropFirst().reversed() {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            rows.swapAt(index, Int(state >> 33) % (index + 1))
        }
        let other = try await store.createDataset(named: "sorted", timeAxis: .numeric(unit: "days"))
        #expect(try await store.write(rows, to: dataset).inserted == 2000)
        let sorted = rows.sorted { ($0.series, $0.channel, $0.time) < ($1.series, $1.channel, $1.time) }
        #expect(try await store.write(sorted, to: other.id).inserted == 2000)
        let contents = try await store.contents(of: dataset)
        #expect(contents.series == (try await store.contents(of: other.id)).series)
        let isSorted = contents.series.allSatisfy { series in
            zip(series.points, series.points.dropFirst())
                .allSatisfy { ($0.time, $0.channel) < ($1.time, $1.channel) }
        }
        #expect(isSorted)
    }

    @Test func `writes at the same time are all acknowledged, one failing alone`() async throws {
        let store = store
        let dataset = dataset
        let outcomes = await withTaskGroup(of: Int?.self) { group in
            for writer in 0..<40 {
                group.addTask {
                    let rows = (0..<50).map { row("w\(writer)", Double($0), "x", writer == 13 ? .nan : 1) }
                    do throws(StoreError) {
                        return try await store.write(rows, to: dataset).inserted
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: [Int?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.compactMap(\.self) == Array(repeating: 50, count: 39))
        let summary = try await store.summary(of: dataset)
        #expect(summary.observationCount == 39 * 50)
        #expect(summary.seriesCount == 39)
    }

    @Test func `what was written is there after the file is opened again`() async throws {
        let report = try await store.write([row("a", 1.25, "x", 0.1), row("ü 1,\"b\"", 2, "y", -1e300)], to: dataset)
        let before = try await store.contents(of: dataset)
        #expect(before.watermark == report.watermark)
        try fixture.database.close()
        #expect(try await fixture.reopened().contents(of: dataset) == before)
    }

    @Test func `two openings of a file see each other's writes`() async throws {
        let other = try fixture.reopened()
        _ = try await store.write([row("a", 1, "x", 1)], to: dataset)
        #expect(try await other.write([row("a", 1, "x", 1), row("a", 2, "x", 1)], to: dataset) == report(1, 0, 1, 2))
        #expect(try await store.summary(of: dataset).observationCount == 2)
    }
}
