import Crypto
import Foundation
import LodeDomain
import LodeService
import LodeStore
import LodeTestSupport
import Synchronization
import Testing

@Suite struct TokenTests {
    private static let start = Timestamp(microseconds: 1_700_000_000_000_000)

    @Test(arguments: TokenContract.all)
    func `the store in memory keeps the contract of a token store`(_ contract: TokenContract) async throws {
        try await contract.check(InMemoryTokenStore())
    }

    @Test(arguments: TokenContract.all)
    func `the store in SQLite keeps the contract of a token store`(_ contract: TokenContract) async throws {
        let folder = try TemporaryFolder()
        try await contract.check(SQLiteTokenStore(try LodeDatabase.create(at: folder.path("tokens.db"))))
    }

    @Test func `a token is told once, and kept as its SHA-256 alone`() async throws {
        let store = InMemoryTokenStore()
        let service = TokenService(store: store, now: { Self.start }, secret: { (0..<32).map { $0 } })
        let made = try await service.create(named: "ci", scopes: [.train, .read], lifetime: 60)
        // The 32 bytes in base64url, by an encoder of their own: coreutils' basenc.
        #expect(made.token == "lode_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
        let stored = try #require(try await store.tokens().first)
        #expect(stored.digest == Array(SHA256.hash(data: Data(try #require(made.token).utf8))))
        #expect(stored.scopes == [.read, .train] && stored.expiresAt == Self.start.advanced(bySeconds: 60))
        #expect(try await service.tokens().map(\.token) == [nil])
    }

    @Test func `a token that has expired or was revoked says so`() async throws {
        let clock = Mutex(Self.start)
        let store = InMemoryTokenStore()
        let service = TokenService(
            store: store, now: { clock.withLock { $0 } }, secret: { [UInt8](repeating: 1, count: 32) })
        let text = try #require(try await service.create(named: "short", scopes: [.read], lifetime: 60).token)
        let door = TokenGuard(store: store, now: { clock.withLock { $0 } }, uptime: { 0 }, onFault: { _ in })
        #expect(try await door.hasValidToken())
        #expect(try #require(try await door.token(text)).isValid(at: Self.start))
        clock.withLock { $0 = Self.start.advanced(bySeconds: 60) }
        #expect(try await !door.hasValidToken())
        #expect(!door.isValid(try #require(try await door.token(text))))
        #expect(try await service.tokens().map(\.state) == [.expired])
        _ = try await service.revoke("short")
        #expect(try await service.tokens().map(\.state) == [.revoked])
        await #expect(throws: ServiceError.tokenNotFound("shot", nearest: nil)) { _ = try await service.revoke("shot") }
    }

    @Test func `tokens are read again after half a second, in whatever order threads looked at the clock`() async throws
    {
        let store = InMemoryTokenStore()
        let service = TokenService(
            store: store, now: { Self.start }, secret: { [UInt8](repeating: 1, count: 32) })
        let milliseconds = Mutex<[UInt64]>([1000, 900, 1499, 1500])
        let door = TokenGuard(
            store: store, now: { Self.start }, uptime: { milliseconds.withLock { $0.removeFirst() } * 1_000_000 },
            onFault: { _ in })
        #expect(try await !door.hasValidToken())
        _ = try await service.create(named: "late", scopes: [.read], lifetime: nil)
        #expect(try await !door.hasValidToken())
        #expect(try await !door.hasValidToken())
        #expect(try await door.hasValidToken())
    }

    @Test(arguments: ["", "a b", String(repeating: "x", count: 129)])
    func `a name that is none is refused`(name: String) async throws {
        let service = TokenService(
            store: InMemoryTokenStore(), now: { Self.start }, secret: { [UInt8](repeating: 1, count: 32) })
        await #expect(throws: ServiceError.self) {
            _ = try await service.create(named: name, scopes: [.read], lifetime: nil)
        }
    }
}
