import Foundation
import GRDB
import LodeDomain
import LodeStore
import Testing

/// What a store goes through, in steps, and what it has acknowledged of them.
struct WorkingDay {
    /// Observations of one body.
    static let bodySize = 60
    private static let bodies = 6
    private static let now = Timestamp(microseconds: 1_000_000)
    // So small that the log is copied back again and again.
    private static let options = LodeDatabase.Options(checkpointPages: 6)

    let path: String
    /// How many openings of the file take turns, each with connections and pages of its own, as a daemon and a worker have them.
    let processes: Int
    /// Bodies that were acknowledged.
    private(set) var written: Set<Int> = []
    private(set) var dataset: Identifier<Dataset>?
    private(set) var jobs: [Identifier<Job>] = []
    private(set) var hasPublished = false

    private enum Step {
        case create
        case write(Int)
        case enqueue
        case publish
        case reopen
    }

    private static let steps: [Step] =
        [.create] + (0..<3).map(Step.write) + [.enqueue, .publish, .reopen] + (3..<bodies).map(Step.write)

    init(path: String, processes: Int = 1) {
        self.path = path
        self.processes = processes
    }

    /// Goes through all steps up to the first that throws.
    ///
    /// - Parameter retry: called after an error; where it says so, the step is done again.
    mutating func run(retry: () -> Bool = { false }) async {
        var databases: [LodeDatabase] = []
        for (number, step) in Self.steps.enumerated() {
            while true {
                do {
                    try await take(step, &databases, turn: number % processes)
                    break
                } catch {
                    guard retry() else { return }
                }
            }
        }
        // What a failed close leaves behind is the next opening's to mend.
        for database in databases { try? database.close() }
    }

    private mutating func take(_ step: Step, _ databases: inout [LodeDatabase], turn: Int) async throws {
        while databases.count < processes {
            databases.append(try LodeDatabase.create(at: path, options: Self.options))
        }
        let open = databases[turn]
        switch step {
        case .create:
            let store = store(open)
            if let existing = try await store.dataset(named: "co2") {
                dataset = existing.id
            } else {
                dataset = try await store.createDataset(named: "co2", timeAxis: .numeric(unit: "days")).id
            }
        case .write(let body):
            guard let dataset else { return }
            _ = try await store(open).write(Self.rows(of: body), to: dataset)
            written.insert(body)
        case .enqueue:
            jobs.append(
                try await SQLiteJobQueue(open).enqueue(JobRequest(kind: "train", arguments: "{}"), at: Self.now).id)
        case .publish:
            guard let dataset else { return }
            let queue = SQLiteJobQueue(open)
            guard
                let claimed = try await queue.claim(
                    kinds: ["train"], worker: "w", leaseSeconds: 20, at: Self.now)
            else {
                // An earlier attempt at this step holds it, or has completed it without being told so.
                hasPublished = try await queue.job(jobs[0])?.state == .completed
                return
            }
            try await queue.saveSnapshot(
                Array(repeating: 7, count: 20_000), under: claimed.lease, at: Self.now)
            let draft = ModelVersionDraft(
                dataset: dataset, watermark: DataWatermark(revision: 0), metadata: "{}",
                weights: Array(repeating: 9, count: 30_000))
            _ = try await queue.complete(claimed.lease, result: "{}", publishing: draft, at: Self.now)
            hasPublished = true
        case .reopen:
            while let last = databases.last {
                try last.close()
                databases.removeLast()
            }
        }
    }

    private func store(_ database: LodeDatabase) -> SQLiteDatasetStore {
        SQLiteDatasetStore(database, now: { Self.now })
    }

    private static func rows(of body: Int) -> [ObservationRow] {
        // Several series, so that a body's pages lie apart.
        (0..<bodySize).map { row("s\($0 % 5)", Double(1000 * body + $0), "x", Double(body)) }
    }

    /// What is wrong with the file as it is now; empty where every promise is kept.
    func brokenPromises() async -> [String] {
        do {
            return try await examined()
        } catch {
            return ["the file cannot be used: \(error)"]
        }
    }

    private func examined() async throws -> [String] {
        var broken: [String] = []
        func expect(_ holds: Bool, _ text: String) { if !holds { broken.append(text) } }
        let database = try LodeDatabase.create(at: path, options: Self.options)
        let store = store(database)
        let raw = try await DatabaseQueue(path: path).read { db in
            (
                try String.fetchAll(db, sql: "PRAGMA integrity_check"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            )
        }
        expect(raw.0 == ["ok"], "integrity_check: \(raw.0)")
        expect(raw.1 == 0, "\(raw.1) foreign keys lead nowhere")
        let found = try await database.examine(at: Self.now).filter { $0.severity == .error }
        expect(found.isEmpty, "the examination found \(found.map(\.message))")
        let stored = try await store.dataset(named: "co2")
        expect(dataset == nil || stored?.id == dataset, "the dataset is gone")
        if let stored {
            let points = try await store.contents(of: stored.id).series.flatMap(\.points)
            let sizes = Dictionary(grouping: points) { Int($0.time) / 1000 }.mapValues(\.count)
            for body in 0..<Self.bodies {
                let size = sizes[body] ?? 0
                expect(!written.contains(body) || size == Self.bodySize, "body \(body) is gone: \(size) points")
                expect(size == 0 || size == Self.bodySize, "body \(body) is half there: \(size) points")
            }
            let versions = try await SQLiteModelRegistry(database).versions(of: stored.id).count
            let kept = try await SQLiteJobQueue(database).jobs(in: Set(JobState.allCases), limit: 100)
            let completed = kept.count { $0.state == .completed }
            expect(versions == completed, "\(versions) versions of \(completed) completed jobs")
            expect(!hasPublished || versions == 1, "the version is gone")
            expect(jobs.allSatisfy { id in kept.contains { $0.id == id } }, "a job is gone")
            _ = try await store.write([row("after", 1, "x", 1)], to: stored.id)
        }
        try database.close()
        return broken
    }
}
