import LodeDomain
import LodeStore
import Testing

/// Whatever comes in whatever order, the report and the contents are those of writing row after row.
@Suite struct ObservationInsertionTests {
    /// Numbers that a seed decides (Knuth's MMIX multiplier).
    private struct Numbers {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    /// Observations in memory, and what is counted when rows are written to them.
    private struct Model {
        struct Key: Hashable {
            var series: String
            var channel: String
            var time: Double
        }

        var values: [Key: Double] = [:]

        mutating func write(_ rows: [ObservationRow]) -> [Int] {
            var counts = [0, 0, 0]
            for row in rows {
                let old = values.updateValue(
                    row.value, forKey: Key(series: row.series, channel: row.channel, time: row.time))
                counts[old == nil ? 0 : old == row.value ? 2 : 1] += 1
            }
            return counts
        }
    }

    @Test(arguments: 1...12)
    func `random bodies leave what a dictionary holds, and are counted alike`(seed: UInt64) async throws {
        let fixture = try await StoreFixture()
        let (store, dataset) = (fixture.store, fixture.dataset.id)
        var numbers = Numbers(state: seed)
        var model = Model()
        var start = 0
        for _ in 0..<15 {
            // Bodies longer and shorter than what one statement takes; some lie behind all before, some among them.
            let count = 1 + numbers.below(300)
            if numbers.below(2) == 0 { start += numbers.below(400) }
            let isAscending = numbers.below(2) == 0
            let rows = (0..<count).map { index in
                row(
                    "s\(numbers.below(3))", Double(start + (isAscending ? index : numbers.below(200))),
                    "c\(numbers.below(2))", Double(numbers.below(3)))
            }
            let report = try await store.write(rows, to: dataset)
            #expect([report.inserted, report.updated, report.unchanged] == model.write(rows))
        }
        var found: [Model.Key: Double] = [:]
        let contents = try await store.contents(of: dataset)
        for series in contents.series {
            for point in series.points {
                found[Model.Key(series: series.name, channel: contents.channels[point.channel], time: point.time)] =
                    point.value
            }
        }
        #expect(found == model.values)
        // Counts and times of each series are those of what it holds.
        for summary in try await store.series(of: dataset, after: nil, limit: 10) {
            let times = model.values.keys.filter { $0.series == summary.name }.map(\.time)
            #expect(summary.observationCount == times.count)
            #expect(summary.timeRange?.lowerBound == times.min() && summary.timeRange?.upperBound == times.max())
        }
    }

    @Test(arguments: [1, 3, 4, 15, 16, 63, 64, 65, 129, 1000])
    func `a body of any length goes in, is known again, and is lengthened`(count: Int) async throws {
        let fixture = try await StoreFixture()
        let (store, dataset) = (fixture.store, fixture.dataset.id)
        let rows = (0..<count).map { row("s\($0 % 3)", Double($0), "x", 1) }
        #expect(try await store.write(rows, to: dataset).inserted == count)
        #expect(try await store.write(rows, to: dataset).unchanged == count)
        let longer = (0..<2 * count).map { row("s\($0 % 3)", Double($0), "x", 2) }
        let report = try await store.write(longer, to: dataset)
        #expect((report.inserted, report.updated, report.unchanged) == (count, count, 0))
    }

    @Test func `a series whose last time was changed by another program is told, not miscounted`() async throws {
        let fixture = try await StoreFixture()
        let (store, dataset) = (fixture.store, fixture.dataset.id)
        _ = try await store.write([row("s", 1, "x", 1), row("s", 9, "x", 1)], to: dataset)
        try await fixture.execute("UPDATE series SET last_time = 1")
        await #expect(throws: StoreError.self) { try await store.write([row("s", 9, "x", 2)], to: dataset) }
        #expect(try await store.contents(of: dataset).series.first?.points.last?.value == 1)
    }
}
