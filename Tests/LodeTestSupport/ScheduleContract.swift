public import LodeDomain
import LodeJobs
public import Testing

/// What any ``ScheduleStore`` must do, for any store to be tested against.
public struct ScheduleContract: Sendable, CustomTestStringConvertible {
    /// A store to be tested.
    public struct Subject: Sendable {
        /// The store, empty.
        public var store: any ScheduleStore
        /// Where its jobs go.
        public var queue: any JobQueue
        /// Adds that many observations of a new series to the dataset `d`, which exists and is empty.
        public var grow: @Sendable (Int) async throws -> Void
        /// Deletes the dataset `d`.
        public var deleteDataset: @Sendable () async throws -> Void

        /// A subject.
        public init(
            store: any ScheduleStore, queue: any JobQueue, grow: @escaping @Sendable (Int) async throws -> Void,
            deleteDataset: @escaping @Sendable () async throws -> Void
        ) {
            self.store = store
            self.queue = queue
            self.grow = grow
            self.deleteDataset = deleteDataset
        }

        func fire(at now: Timestamp) async throws -> [Job] {
            try await Scheduler(store: store, pollSeconds: 1, now: { now }, wait: { _ in }, onEvent: { _ in }).fireDue()
        }

        func create(
            _ trigger: ScheduleTrigger, missedRuns: MissedRuns = .once, nextFireAt: Timestamp? = nil,
            onConflict: JobUniqueness.Conflict? = nil, isPaused: Bool = false
        ) async throws -> Schedule {
            try await store.create(
                ScheduleDraft(
                    name: "s", trigger: trigger,
                    job: ScheduledJob(
                        kind: "train", arguments: #"{"dataset":"d"}"#, queue: "gpu", priority: 2, tags: ["nightly"],
                        onConflict: onConflict),
                    missedRuns: missedRuns, isPaused: isPaused, nextFireAt: nextFireAt), at: at(0))
        }
    }

    /// The sentence that the check proves.
    public var testDescription: String
    /// Proves it on a fresh subject.
    public var check: @Sendable (Subject) async throws -> Void

    init(_ sentence: String, _ check: @escaping @Sendable (Subject) async throws -> Void) {
        testDescription = sentence
        self.check = check
    }

    /// The whole contract.
    public static let all: [ScheduleContract] = keeping + byTime + byData
}
