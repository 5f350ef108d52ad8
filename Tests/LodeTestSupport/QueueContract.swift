public import LodeDomain
public import Testing

/// What any ``JobQueue`` must do, for any store to be tested against.
public struct QueueContract: Sendable, CustomTestStringConvertible {
    /// A queue to be tested, with what it publishes to.
    public struct Subject: Sendable {
        /// The queue, empty.
        public var queue: any JobQueue
        /// What tells its changes.
        public var journal: any JobJournal
        /// Where its model versions appear.
        public var registry: any ModelRegistry
        /// A dataset that exists.
        public var dataset: Identifier<Dataset>

        /// A subject.
        public init(
            queue: any JobQueue & JobJournal, registry: any ModelRegistry, dataset: Identifier<Dataset>
        ) {
            self.queue = queue
            journal = queue
            self.registry = registry
            self.dataset = dataset
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
    public static let all: [QueueContract] = claiming + leases + endings + verbs + journal
}
