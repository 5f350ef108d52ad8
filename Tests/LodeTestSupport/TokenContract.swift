public import LodeDomain
public import Testing

/// What any ``TokenStore`` must do, for any store to be tested against.
public struct TokenContract: Sendable, CustomTestStringConvertible {
    /// The sentence that the check proves.
    public var testDescription: String
    /// Proves it on an empty store.
    public var check: @Sendable (any TokenStore) async throws -> Void

    private init(_ sentence: String, _ check: @escaping @Sendable (any TokenStore) async throws -> Void) {
        testDescription = sentence
        self.check = check
    }

    /// The whole contract.
    public static let all: [TokenContract] = [
        TokenContract("keeps what it is given, the oldest first") { store in
            let first = try await store.create(draft("ci", 1, [.read, .train], expiresAt: at(9)), at: at(1))
            let second = try await store.create(draft("ada", 2, [.admin]), at: at(2))
            #expect(try await store.tokens() == [first, second])
            #expect(first.scopes == [.read, .train] && first.expiresAt == at(9) && first.createdAt == at(1))
            #expect(first.digest == digest(1) && second.expiresAt == nil && second.revokedAt == nil)
        },
        TokenContract("refuses a name that is taken, until its token is revoked") { store in
            _ = try await store.create(draft("ci", 1), at: at(1))
            await #expect(throws: StoreError.tokenExists("ci")) {
                _ = try await store.create(draft("ci", 2), at: at(2))
            }
            _ = try await store.revokeToken(named: "ci", at: at(3))
            let again = try await store.create(draft("ci", 2), at: at(4))
            #expect(try await store.tokens().map(\.revokedAt) == [at(3), nil])
            #expect(again.digest == digest(2))
        },
        TokenContract("revokes once, and nothing that is not there") { store in
            let token = try await store.create(draft("ci", 1), at: at(1))
            let revoked = try #require(try await store.revokeToken(named: "ci", at: at(2)))
            #expect(revoked.id == token.id && revoked.revokedAt == at(2) && !revoked.isValid(at: at(2)))
            #expect(try await store.revokeToken(named: "ci", at: at(3)) == nil)
            #expect(try await store.revokeToken(named: "nobody", at: at(3)) == nil)
            #expect(try await store.tokens() == [revoked])
        },
        TokenContract("notes the latest use") { store in
            let token = try await store.create(draft("ci", 1), at: at(1))
            for moment in [5.0, 7, 6] { try await store.noteUse(of: token.id, at: at(moment)) }
            try await store.noteUse(of: Identifier(rawValue: token.id.rawValue + 1), at: at(9))
            #expect(try await store.tokens().map(\.lastUsedAt) == [at(7)])
        },
    ]

    private static func digest(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 32) }

    private static func at(_ seconds: Double) -> Timestamp { Timestamp(microseconds: 0).advanced(bySeconds: seconds) }

    private static func draft(
        _ name: String, _ number: UInt8, _ scopes: [AccessScope] = [.read], expiresAt: Timestamp? = nil
    ) -> AccessTokenDraft {
        AccessTokenDraft(name: name, digest: digest(number), scopes: scopes, expiresAt: expiresAt)
    }
}
