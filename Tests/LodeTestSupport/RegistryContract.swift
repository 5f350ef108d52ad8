public import LodeDomain
public import Testing

/// What any ``ModelCurator`` must do, for any store to be tested against.
public struct RegistryContract: Sendable, CustomTestStringConvertible {
    /// A registry to be tested, with the queue that publishes to it.
    public struct Subject: Sendable {
        /// The queue, empty.
        public var queue: any JobQueue
        /// The registry, empty.
        public var registry: any ModelCurator
        /// A dataset that exists.
        public var dataset: Identifier<Dataset>
        /// Another one.
        public var other: Identifier<Dataset>

        /// A subject.
        public init(
            queue: any JobQueue, registry: any ModelCurator, dataset: Identifier<Dataset>, other: Identifier<Dataset>
        ) {
            self.queue = queue
            self.registry = registry
            self.dataset = dataset
            self.other = other
        }

        /// Publishes a version by way of a job, as a worker does.
        func publish(
            verdict: PromotionVerdict? = nil, keepsUnaliased: Int? = nil, at now: Timestamp = epoch
        ) async throws -> ModelVersion {
            let claimed = try await queue.enqueueAndClaim(at: now)
            let draft = ModelVersionDraft(
                dataset: dataset, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1],
                verdict: verdict, keepsUnaliased: keepsUnaliased)
            return try #require(
                try await queue.complete(claimed.lease, result: "{}", publishing: draft, at: now))
        }

        /// Makes an alias point at a version.
        @discardableResult
        func promote(
            _ version: ModelVersion, to alias: String = "production", _ kind: AliasChange.Kind = .promoted,
            if condition: AliasMove.Condition = .anywhere, at now: Timestamp = epoch
        ) async throws -> ModelAlias {
            try await registry.moveAliasIfConditionHolds(
                AliasMove(kind, alias: alias, condition: condition, by: "ada", reason: "because"), of: dataset,
                to: version.id, at: now)
        }

        var numbers: [Int] {
            get async throws { try await registry.versions(of: dataset).map(\.number) }
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
    public static let all: [RegistryContract] = aliases + verdicts + retention
}
