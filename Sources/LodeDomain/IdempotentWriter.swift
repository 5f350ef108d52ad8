/// Writes observations so that a request that is sent again has its effect once.
public protocol IdempotentWriter: Sendable {
    /// Writes as ``DatasetStore/write(_:to:)`` does, or returns the report of the first time where the key is known.
    ///
    /// A key is known for a day, from the transaction that wrote. Throws ``StoreError/idempotencyKeyReused(_:)`` where it
    /// came with another fingerprint.
    func write(
        _ rows: [ObservationRow], to dataset: Identifier<Dataset>, once key: IdempotencyKey
    ) async throws(StoreError) -> IngestReport
}

/// Names a request, so that it is known again when it is retried.
public struct IdempotencyKey: Hashable, Sendable {
    /// What the client sent as the key.
    public var key: String
    /// A digest of the request, its target included.
    public var fingerprint: String

    /// A key.
    public init(key: String, fingerprint: String) {
        self.key = key
        self.fingerprint = fingerprint
    }
}
