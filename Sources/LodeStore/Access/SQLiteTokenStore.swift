import Foundation
import GRDB
public import LodeDomain

/// Tokens as rows of a Lode database; `InMemoryTokenStore` in LodeService is the reference for the behaviour.
public struct SQLiteTokenStore: TokenStore {
    private static let columns = """
        id, name, digest, scopes, created_at, expires_at, revoked_at, last_used_at
        """

    let database: LodeDatabase

    /// The tokens of `database`.
    public init(_ database: LodeDatabase) {
        self.database = database
    }

    /// Stores a token.
    public func create(_ draft: AccessTokenDraft, at now: Timestamp) async throws(StoreError) -> AccessToken {
        try await database.write { db in
            let taken = try db.firstRow(
                sql: "SELECT 1 FROM access_token WHERE name = ? AND revoked_at IS NULL", arguments: [draft.name])
            guard taken == nil else { throw StoreError.tokenExists(draft.name) }
            try db.execute(
                sql: """
                    INSERT INTO access_token (name, digest, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    draft.name, Data(draft.digest), draft.scopes.map(\.rawValue).joined(separator: ","),
                    now.microseconds, draft.expiresAt?.microseconds,
                ])
            return AccessToken(
                id: Identifier(rawValue: db.lastInsertedRowID), name: draft.name, digest: draft.digest,
                scopes: draft.scopes, createdAt: now, expiresAt: draft.expiresAt)
        }
    }

    /// All tokens, the oldest first.
    public func tokens() async throws(StoreError) -> [AccessToken] {
        try await database.read { db in
            try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM access_token ORDER BY id").map(Self.decode)
        }
    }

    /// Makes the token of that name worth nothing.
    public func revokeToken(named name: String, at now: Timestamp) async throws(StoreError) -> AccessToken? {
        try await database.write { db in
            let row = try db.firstRow(
                sql: "SELECT \(Self.columns) FROM access_token WHERE name = ? AND revoked_at IS NULL",
                arguments: [name])
            guard let row else { return nil }
            var token = try Self.decode(row)
            token.revokedAt = now
            try db.execute(
                sql: "UPDATE access_token SET revoked_at = ? WHERE id = ?",
                arguments: [now.microseconds, token.id.rawValue])
            return token
        }
    }

    /// Notes that a token was used.
    public func noteUse(of token: Identifier<AccessToken>, at moment: Timestamp) async throws(StoreError) {
        try await database.write { db in
            try db.execute(
                sql: """
                    UPDATE access_token SET last_used_at = max(ifnull(last_used_at, ?1), ?1) WHERE id = ?2
                    """,
                arguments: [moment.microseconds, token.rawValue])
        }
    }

    private static func decode(_ row: Row) throws -> AccessToken {
        let words: String = row["scopes"]
        let scopes = try words.split(separator: ",").map { word in
            guard let scope = AccessScope(rawValue: String(word)) else {
                throw StoreError.corrupt(detail: "a token has the unknown scope “\(word)”")
            }
            return scope
        }
        return AccessToken(
            id: Identifier(rawValue: row["id"]), name: row["name"], digest: Array(row["digest"] as Data),
            scopes: scopes,
            createdAt: Timestamp(microseconds: row["created_at"]),
            expiresAt: (row["expires_at"] as Int64?).map(Timestamp.init(microseconds:)),
            revokedAt: (row["revoked_at"] as Int64?).map(Timestamp.init(microseconds:)),
            lastUsedAt: (row["last_used_at"] as Int64?).map(Timestamp.init(microseconds:)))
    }
}
