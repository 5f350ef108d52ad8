/// What the holder of a token may do.
public enum AccessScope: String, Hashable, Sendable, Codable, CaseIterable {
    /// Ask questions, and look at everything.
    case read
    /// Change observations and what describes them.
    case write
    /// Ask for work: training, schedules, and which version of a model answers.
    case train
    /// Everything, also what deletes whole datasets or touches the machine's files.
    case admin

    /// Whether this scope permits what needs `needed`: each permits reading, `admin` permits all.
    public func permits(_ needed: AccessScope) -> Bool {
        self == needed || self == .admin || needed == .read
    }
}

/// A token as it is stored: what it permits, and the digest by which it is known again.
public struct AccessToken: Hashable, Sendable {
    /// Its key.
    public var id: Identifier<AccessToken>
    /// What its maker calls it; unique among the tokens that are not revoked.
    public var name: String
    /// SHA-256 of the token's text, 32 bytes.
    public var digest: [UInt8]
    /// What it permits, each once.
    public var scopes: [AccessScope]
    /// When it was made.
    public var createdAt: Timestamp
    /// From when on it is worth nothing; nil for never.
    public var expiresAt: Timestamp?
    /// When it was revoked.
    public var revokedAt: Timestamp?
    /// When it was last used, to the hour.
    public var lastUsedAt: Timestamp?

    /// A stored token.
    public init(
        id: Identifier<AccessToken>, name: String, digest: [UInt8], scopes: [AccessScope], createdAt: Timestamp,
        expiresAt: Timestamp?, revokedAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether it is worth something at `now`.
    public func isValid(at now: Timestamp) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0 } ?? true
    }

    /// Whether it permits what needs `scope`.
    public func permits(_ scope: AccessScope) -> Bool { scopes.contains { $0.permits(scope) } }
}

/// A token to be stored.
public struct AccessTokenDraft: Hashable, Sendable {
    /// See ``AccessToken/name``.
    public var name: String
    /// See ``AccessToken/digest``.
    public var digest: [UInt8]
    /// See ``AccessToken/scopes``.
    public var scopes: [AccessScope]
    /// See ``AccessToken/expiresAt``.
    public var expiresAt: Timestamp?

    /// A draft.
    public init(name: String, digest: [UInt8], scopes: [AccessScope], expiresAt: Timestamp?) {
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

/// Keeps tokens; every call is one transaction.
public protocol TokenStore: Sendable {
    /// Stores a token; throws ``StoreError/tokenExists(_:)`` where one that is not revoked has the name.
    func create(_ draft: AccessTokenDraft, at now: Timestamp) async throws(StoreError) -> AccessToken

    /// All tokens, the oldest first, also those that are revoked or have expired.
    func tokens() async throws(StoreError) -> [AccessToken]

    /// Makes the token of that name worth nothing from now on; nil where there is none that is not revoked.
    func revokeToken(named name: String, at now: Timestamp) async throws(StoreError) -> AccessToken?

    /// Notes that a token was used; an earlier moment than the one noted changes nothing.
    func noteUse(of token: Identifier<AccessToken>, at moment: Timestamp) async throws(StoreError)
}
