public import LodeDomain

/// Tokens in memory: the reference for what a token store does, and a double for tests.
public actor InMemoryTokenStore: TokenStore {
    private var stored: [AccessToken] = []

    /// No tokens.
    public init() {}

    /// Stores a token.
    public func create(_ draft: AccessTokenDraft, at now: Timestamp) async throws(StoreError) -> AccessToken {
        guard index(of: draft.name) == nil else { throw .tokenExists(draft.name) }
        let token = AccessToken(
            id: Identifier(rawValue: Int64(stored.count + 1)), name: draft.name, digest: draft.digest,
            scopes: draft.scopes, createdAt: now, expiresAt: draft.expiresAt)
        stored.append(token)
        return token
    }

    /// All tokens, the oldest first.
    public func tokens() async throws(StoreError) -> [AccessToken] { stored }

    /// Makes the token of that name worth nothing.
    public func revokeToken(named name: String, at now: Timestamp) async throws(StoreError) -> AccessToken? {
        guard let index = index(of: name) else { return nil }
        stored[index].revokedAt = now
        return stored[index]
    }

    /// Notes that a token was used.
    public func noteUse(of token: Identifier<AccessToken>, at moment: Timestamp) async throws(StoreError) {
        guard let index = stored.firstIndex(where: { $0.id == token }) else { return }
        stored[index].lastUsedAt = max(stored[index].lastUsedAt ?? moment, moment)
    }

    private func index(of name: String) -> Int? {
        stored.firstIndex { $0.name == name && $0.revokedAt == nil }
    }
}
