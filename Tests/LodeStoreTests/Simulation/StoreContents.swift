import LodeDomain

/// What a store holds of jobs, schedules and models: read past Lode, and as a ``Ledger`` says that it must be.
struct StoreContents: Equatable {
    struct Job: Hashable {
        var id: Int64
        var kind: String
        var key: String?
        var arguments: String
        var priority: Int
        var maxAttempts: Int
        var state: JobState
        var attempt = 0
        var claims: Int64 = 0
        var leaseUntil: Int64?
        var availableAt: Int64
        var finishedAt: Int64?
        var endsEarly = false
        var followUp: String?
        var failures = 0
        var result: String?
        var fraction: Double?
        var snapshot: [UInt8]?
    }

    struct Schedule: Hashable {
        var id: Int64
        var name: String
        /// Seconds between firings; nil for a data trigger.
        var seconds: Double?
        var anchor: Int64?
        var dataset: String?
        var count: Int64?
        var missedRuns: String
        var isPaused: Bool
        var revision: Int64
        var nextFireAt: Int64?
        var reckonedAt: Int64
        var countedFrom: Int64
        var hasProblem = false
    }

    struct Firing: Hashable {
        var schedule: Int64
        var reason: String
        var fireTime: Int64
        var job: Int64
    }

    struct Dataset: Hashable {
        var id: Int64
        var name: String
        var lastNumber: Int
        var added: Int64
    }

    struct Version: Hashable {
        var id: Int64
        var dataset: Int64
        var number: Int
        var job: Int64?
    }

    struct Alias: Hashable {
        var dataset: Int64
        var name: String
        var version: Int64
    }

    struct AliasChange: Hashable {
        var dataset: Int64
        var alias: String
        var kind: String
        var from: Int?
        var to: Int?
    }

    struct Evaluation: Hashable {
        var version: Int64
        var job: Int64
    }

    var jobs: [Int64: Job] = [:]
    var schedules: [Int64: Schedule] = [:]
    var firings: Set<Firing> = []
    var datasets: [Int64: Dataset] = [:]
    var versions: [Int64: Version] = [:]
    var aliases: Set<Alias> = []
    var aliasChanges: [AliasChange] = []
    var evaluations: Set<Evaluation> = []

    /// Where `other` differs, a line each.
    func differences(from other: StoreContents) -> [String] {
        func lines<Value: Hashable>(_ stored: some Sequence<Value>, _ expected: some Sequence<Value>) -> [String] {
            let (stored, expected) = (Set(stored), Set(expected))
            return stored.subtracting(expected).map { "the store has \($0)" }
                + expected.subtracting(stored).map { "it should have \($0)" }
        }
        return lines(jobs.values, other.jobs.values) + lines(schedules.values, other.schedules.values)
            + lines(firings, other.firings) + lines(datasets.values, other.datasets.values)
            + lines(versions.values, other.versions.values) + lines(aliases, other.aliases)
            + lines(aliasChanges, other.aliasChanges) + lines(evaluations, other.evaluations)
            + (aliasChanges.count == other.aliasChanges.count ? [] : ["the history of aliases has another length"])
    }
}
