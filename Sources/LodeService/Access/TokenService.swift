public import LodeDomain

/// Makes, shows and revokes the tokens by which clients show what they may do.
public struct TokenService: Sendable {
    private let store: any TokenStore
    private let now: Now
    private let secret: @Sendable () -> [UInt8]

    /// Keeps tokens in `store`; `secret` gives 32 bytes that nobody can foretell.
    public init(store: any TokenStore, now: @escaping Now, secret: @escaping @Sendable () -> [UInt8]) {
        self.store = store
        self.now = now
        self.secret = secret
    }

    /// Makes a token; its text is in the answer, and nowhere else ever again.
    ///
    /// It ends by itself after `lifetime` seconds, or never where that is nil.
    public func create(
        named name: String, scopes: [AccessScope], lifetime: Double?
    ) async throws(ServiceError) -> TokenDescription {
        guard Dataset.isValidName(name) else {
            throw .invalidRequest(
                pointer: "name", value: "“\(name)”", expected: "1 to 128 letters, digits, “-”, “_” and “.”")
        }
        guard !scopes.isEmpty else {
            throw .invalidRequest(
                pointer: "scope", value: nil,
                expected: "one or more of \(AccessScope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let text = TokenText.text(of: secret())
        let moment = now()
        let draft = AccessTokenDraft(
            name: name, digest: TokenText.digest(of: text), scopes: AccessScope.allCases.filter(scopes.contains),
            expiresAt: lifetime.map { moment.advanced(bySeconds: $0) })
        let token = try await callStore { () async throws(StoreError) in try await store.create(draft, at: moment) }
        var description = TokenDescription(token, at: moment)
        description.token = text
        return description
    }

    /// All tokens, the oldest first.
    public func tokens() async throws(ServiceError) -> [TokenDescription] {
        let moment = now()
        return try await callStore { () async throws(StoreError) in try await store.tokens() }
            .map { TokenDescription($0, at: moment) }
    }

    /// Makes a token worth nothing; daemons that run see it within a second.
    public func revoke(_ name: String) async throws(ServiceError) -> TokenDescription {
        let moment = now()
        let revoked = try await callStore { () async throws(StoreError) in
            try await store.revokeToken(named: name, at: moment)
        }
        if let revoked { return TokenDescription(revoked, at: moment) }
        let names = try await tokens().filter { $0.state != .revoked }.map(\.name)
        throw .tokenNotFound(name, nearest: NearestName.of(name, among: names))
    }
}

/// A token for people.
public struct TokenDescription: Hashable, Sendable, Encodable {
    /// Whether a token is worth something.
    public enum State: String, Hashable, Sendable, Encodable {
        /// It is.
        case valid
        /// Its time is over.
        case expired
        /// Somebody made it worth nothing.
        case revoked
    }

    /// What it is called.
    public var name: String
    /// What it permits.
    public var scopes: [AccessScope]
    /// Whether it is worth something.
    public var state: State
    /// When it was made.
    public var createdAt: String
    /// When it ends by itself; nil for never.
    public var expiresAt: String?
    /// When it was revoked.
    public var revokedAt: String?
    /// When it was last used, to the hour.
    public var lastUsedAt: String?
    /// Its text, once, when it is made.
    public var token: String?

    init(_ token: AccessToken, at now: Timestamp) {
        func text(_ moment: Timestamp) -> String { RFC3339.string(microseconds: moment.microseconds) }
        name = token.name
        scopes = token.scopes
        state = token.revokedAt != nil ? .revoked : token.isValid(at: now) ? .valid : .expired
        createdAt = text(token.createdAt)
        expiresAt = token.expiresAt.map(text)
        revokedAt = token.revokedAt.map(text)
        lastUsedAt = token.lastUsedAt.map(text)
    }
}
