import LodeDomain
import LodeStore
import Synchronization
import Testing

@Suite struct SeriesReaderTests {
    private let fixture: StoreFixture
    private var store: SQLiteDatasetStore { fixture.store }
    private var dataset: Identifier<Dataset> { fixture.dataset.id }

    init() async throws {
        fixture = try await StoreFixture()
    }

    @Test func `series come one at a time, the same as the contents`() async throws {
        _ = try await store.write(
            (0..<300).map { row("s\($0 % 3)", Double($0), "c\($0 % 2)", Double($0)) }, to: dataset)
        let read = Mutex<[SeriesObservations]>([])
        let view = try await store.readSeries(of: dataset, channels: nil) { _ in
            { series in
                read.withLock { $0.append(series) }
                return true
            }
        }
        let contents = try await store.contents(of: dataset)
        #expect(read.withLock { $0 } == contents.series)
        #expect(view.channels == contents.channels)
        #expect(view.watermark == contents.watermark)
    }

    @Test func `names that differ in their bytes alone are two names`() async throws {
        // An e with an accent, as one letter and as two: to Swift they are equal.
        let (one, two) = ("\u{E9}", "e\u{301}")
        for (value, channel) in [one, two].enumerated() {
            _ = try await store.write([row("a", 1, channel, Double(value)), row(channel, 1, "x", 1)], to: dataset)
        }
        let contents = try await store.contents(of: dataset)
        #expect(contents.series.count == 3)
        let points = contents.series[0].points
        #expect(Set(points.map { Array(contents.channels[$0.channel].utf8) }).count == 2)
    }

    @Test func `reading ends when the reader has enough`() async throws {
        _ = try await store.write((0..<5).map { row("s\($0)", 0, "x", 0) }, to: dataset)
        let names = Mutex<[String]>([])
        _ = try await store.readSeries(of: dataset, channels: ["x"]) { _ in
            { series in
                names.withLock { names in
                    names.append(series.name)
                    return names.count < 2
                }
            }
        }
        #expect(names.withLock { $0 } == ["s0", "s1"])
    }

    @Test func `a write under way does not show in a read that began before`() async throws {
        _ = try await store.write([row("a", 1, "x", 1), row("b", 1, "x", 1)], to: dataset)
        let store = store
        let dataset = dataset
        let counts = Mutex<[Int]>([])
        let (started, start) = AsyncStream<Void>.makeStream()
        let written = DispatchGate()
        let reading = Task {
            try await store.readSeries(of: dataset, channels: nil) { view in
                start.finish()
                written.wait()
                // The names of the channels are of the same moment as the series.
                #expect(view.channels == ["x"])
                return { series in
                    counts.withLock { $0.append(series.points.count) }
                    return true
                }
            }
        }
        for await _ in started {}
        _ = try await store.write([row("b", 2, "x", 1), row("b", 2, "a", 1)], to: dataset)
        written.open()
        let view = try await reading.value
        #expect(counts.withLock { $0 } == [1, 1])
        #expect(view.watermark == DataWatermark(revision: 1))
    }

    @Test func `a thinned curve keeps first, last, least and greatest of each bucket`() async throws {
        // Two buckets: times 0 to 5 and 5 to 10; in the first 0 is first and least, 3 greatest, 4 last.
        let values: [(Double, Double)] = [
            (0, -1), (1, 0), (2, 0.5), (3, 9), (4, 1), (5, 4), (6, 4), (7, 2), (10, 3),
        ]
        _ = try await store.write(values.map { row("a", $0.0, "x", $0.1) }, to: dataset)
        let curve = try #require(
            try await store.curve(of: "a", channel: "x", in: dataset, times: nil, buckets: 2))
        #expect(curve.times == [0, 3, 4, 5, 7, 10])
        #expect(curve.values == [-1, 9, 1, 4, 2, 3])
        #expect(curve.observationCount == 9)
    }

    @Test func `as many buckets as times keep every observation`() async throws {
        _ = try await store.write((0...100).map { row("a", Double($0), "x", Double($0 * 37 % 11)) }, to: dataset)
        let curve = try await store.curve(of: "a", channel: "x", in: dataset, times: nil, buckets: 101)
        #expect(curve?.times == (0...100).map(Double.init))
        #expect(curve?.values == (0...100).map { Double($0 * 37 % 11) })
    }

    @Test func `a curve never leaves the extremes out and stays within its size`() async throws {
        var state: UInt64 = 7
        let rows = (0..<5000).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return row("a", Double(index) * 0.1, "x", Double(state >> 40))
        }
        _ = try await store.write(rows, to: dataset)
        for buckets in [1, 3, 64, 1000] {
            let curve = try #require(
                try await store.curve(of: "a", channel: "x", in: dataset, times: 100...300, buckets: buckets))
            let inRange = rows.filter { (100...300).contains($0.time) }
            #expect(curve.observationCount == inRange.count)
            #expect(curve.values.count <= 4 * buckets)
            #expect(curve.values.max() == inRange.map(\.value).max())
            #expect(curve.values.min() == inRange.map(\.value).min())
            #expect(curve.times == curve.times.sorted())
            #expect(curve.times.first == inRange.first?.time)
            #expect(curve.times.last == inRange.last?.time)
        }
    }

    @Test func `a curve of nothing is empty, of no series nil`() async throws {
        _ = try await store.write([row("a", 1, "x", 5)], to: dataset)
        let empty = PlotCurve(times: [], values: [], observationCount: 0)
        #expect(try await store.curve(of: "b", channel: "x", in: dataset, times: nil, buckets: 9) == nil)
        #expect(try await store.curve(of: "a", channel: "y", in: dataset, times: nil, buckets: 9) == empty)
        #expect(try await store.curve(of: "a", channel: "x", in: dataset, times: 2...3, buckets: 9) == empty)
        #expect(
            try await store.curve(of: "a", channel: "x", in: dataset, times: 1...1, buckets: 9)
                == PlotCurve(times: [1], values: [5], observationCount: 1))
    }
}
