import LodeDomain
import LodeStore
import Synchronization
import Testing

@Suite struct IdempotencyTests {
    private let key = IdempotencyKey(key: "k1", fingerprint: "f1")

    @Test func `a request sent again is answered the same and written once`() async throws {
        let fixture = try await StoreFixture()
        let (store, dataset) = (fixture.store, fixture.dataset.id)
        let first = try await store.write([row("a", 1, "x", 1)], to: dataset, once: key)
        // Somebody corrects the value before the retry comes in: the retry must not undo it.
        _ = try await store.write([row("a", 1, "x", 2)], to: dataset)
        #expect(try await store.write([row("a", 1, "x", 1)], to: dataset, once: key) == first)
        #expect(try await store.contents(of: dataset).series.first?.points.first?.value == 2)
    }

    @Test func `a key with another request is refused`() async throws {
        let fixture = try await StoreFixture()
        _ = try await fixture.store.write([row("a", 1, "x", 1)], to: fixture.dataset.id, once: key)
        await #expect(throws: StoreError.idempotencyKeyReused("k1")) {
            try await fixture.store.write(
                [row("a", 2, "x", 1)], to: fixture.dataset.id,
                once: IdempotencyKey(key: "k1", fingerprint: "f2"))
        }
        #expect(try await fixture.store.summary(of: fixture.dataset.id).observationCount == 1)
    }

    @Test func `a request that failed leaves its key free`() async throws {
        let fixture = try await StoreFixture()
        await #expect(throws: StoreError.self) {
            try await fixture.store.write([row("a", 1, "x", .nan)], to: fixture.dataset.id, once: key)
        }
        let report = try await fixture.store.write([row("a", 1, "x", 1)], to: fixture.dataset.id, once: key)
        #expect(report.inserted == 1)
    }

    @Test func `a key is forgotten after a day`() async throws {
        let fixture = try await StoreFixture()
        let seconds = Mutex(0.0)
        let store = SQLiteDatasetStore(
            fixture.database,
            now: { Timestamp(microseconds: 0).advanced(bySeconds: seconds.withLock { $0 }) })
        _ = try await store.write([row("a", 1, "x", 1)], to: fixture.dataset.id, once: key)
        seconds.withLock { $0 = 86_399 }
        #expect(try await store.write([row("a", 1, "x", 1)], to: fixture.dataset.id, once: key).inserted == 1)
        seconds.withLock { $0 = 86_401 }
        #expect(try await store.write([row("a", 1, "x", 1)], to: fixture.dataset.id, once: key).unchanged == 1)
    }
}
