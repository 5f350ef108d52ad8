import GRDB
import LodeDomain
import LodeStore
import Testing

@Suite struct ExaminationTests {
    private let fixture: StoreFixture
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)

    init() async throws {
        fixture = try await StoreFixture()
        _ = try await fixture.store.write(
            [row("a", 1, "x", 1), row("a", 1, "y", 1), row("b", 1, "x", 1)], to: fixture.dataset.id)
    }

    private func severities() async throws -> [String: Finding.Severity] {
        let findings = try await fixture.database.examine(at: now)
        return Dictionary(uniqueKeysWithValues: findings.map { ($0.code, $0.severity) })
    }

    /// Writes past Lode, as another program might.
    private func tamper(_ sql: String) async throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let connection = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await connection.write { try $0.execute(sql: sql) }
    }

    @Test func `a healthy database has no complaints`() async throws {
        let findings = try await fixture.database.examine(at: now)
        // The free space of the disk is not the test's to choose.
        #expect(findings.filter { $0.severity != .ok && $0.code != "disk-space" } == [])
        #expect(
            findings.map(\.code) == [
                "sqlite-version", "schema-version", "integrity", "file-space", "disk-space", "log-size",
                "foreign-keys", "orphans", "series-counts", "abandoned-jobs", "waiting-jobs", "discarded-jobs",
            ])
    }

    @Test(arguments: [
        ("INSERT INTO observation VALUES (99, 1, 1, 1)", "orphans"),
        ("INSERT INTO observation VALUES (1, 99, 1, 1)", "orphans"),
        ("DELETE FROM observation WHERE series = 2", "series-counts"),
        ("UPDATE series SET last_time = -5 WHERE id = 2", "series-counts"),
        ("INSERT INTO static_covariate VALUES (99, 'age', 1)", "foreign-keys"),
    ])
    func `rows that contradict each other are found`(sql: String, code: String) async throws {
        try await tamper(sql)
        #expect(try await severities()[code] == .error)
    }

    @Test func `jobs that do not move are found`() async throws {
        let queue = SQLiteJobQueue(fixture.database)
        let start = now.advanced(bySeconds: -100)
        for _ in 0..<3 { _ = try await queue.enqueue(JobRequest(kind: "train", arguments: "{}"), at: start) }
        let first = try #require(
            try await queue.claim(kinds: ["train"], worker: "w", leaseSeconds: 20, at: start))
        try await queue.fail(first.lease, code: "c", message: "", retryAt: nil, at: start)
        let second = try #require(
            try await queue.claim(kinds: ["train"], worker: "w", leaseSeconds: 20, at: start))
        let found = try await severities()
        #expect(found["abandoned-jobs"] == .warning)
        #expect(found["waiting-jobs"] == .warning)
        #expect(found["discarded-jobs"] == .warning)

        _ = try await queue.renew(second.lease, leaseSeconds: 20, progress: nil, curve: [], at: now)
        let alive = try await severities()
        #expect(alive["abandoned-jobs"] == .ok)
        #expect(alive["waiting-jobs"] == .ok)
    }
}
