public import LodeDomain
import Synchronization

/// Knows a token again when a client shows it.
///
/// The stored tokens are read at most twice a second, so that one that was revoked, by whichever process, is worth nothing within
/// a second, and asking costs no look at the database.
public final class TokenGuard: Sendable {
    private struct State {
        var tokens: [AccessToken] = []
        var readAt: UInt64?
        /// The hour in which the use of a token was last noted.
        var notedHours: [Identifier<AccessToken>: Int64] = [:]
    }

    private static let rereadNanoseconds: UInt64 = 500_000_000
    private static let hourMicroseconds: Int64 = 3_600_000_000

    private let store: any TokenStore
    private let now: Now
    private let uptime: @Sendable () -> UInt64
    private let onFault: @Sendable (StoreError) -> Void
    private let state = Mutex(State())

    /// Knows the tokens of `store`; `uptime` is a monotonic clock in nanoseconds.
    ///
    /// `onFault` is told where the use of a token could not be noted, which is no reason to refuse it.
    public init(
        store: any TokenStore, now: @escaping Now, uptime: @escaping @Sendable () -> UInt64,
        onFault: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.now = now
        self.uptime = uptime
        self.onFault = onFault
    }

    /// The stored token with that text, also one that has expired or was revoked; nil where there is none.
    public func token(_ text: String) async throws(ServiceError) -> AccessToken? {
        let tokens = try await current()
        var found: AccessToken?
        // All of them are looked at, so that the time does not tell which.
        for token in tokens where TokenText.digest(of: text, is: token.digest) { found = token }
        if let found, found.isValid(at: now()) { noteUse(of: found) }
        return found
    }

    /// Whether any token is worth something.
    public func hasValidToken() async throws(ServiceError) -> Bool {
        let moment = now()
        return try await current().contains { $0.isValid(at: moment) }
    }

    /// Whether a token is worth something now.
    public func isValid(_ token: AccessToken) -> Bool { token.isValid(at: now()) }

    private func current() async throws(ServiceError) -> [AccessToken] {
        let moment = uptime()
        let known = state.withLock { state -> [AccessToken]? in
            // Of two threads the one that looked at the clock first may come second.
            guard let readAt = state.readAt, moment < readAt + Self.rereadNanoseconds else { return nil }
            return state.tokens
        }
        if let known { return known }
        let tokens = try await callStore { () async throws(StoreError) in try await store.tokens() }
        state.withLock { state in
            state.tokens = tokens
            state.readAt = moment
        }
        return tokens
    }

    /// Once an hour for each token, and without making its request wait.
    private func noteUse(of token: AccessToken) {
        let moment = now()
        let hour = moment.microseconds / Self.hourMicroseconds
        let isNew = state.withLock { $0.notedHours.updateValue(hour, forKey: token.id) != hour }
        guard isNew else { return }
        Task { [store, onFault] in
            do throws(StoreError) {
                try await store.noteUse(
                    of: token.id, at: Timestamp(microseconds: hour * Self.hourMicroseconds))
            } catch {
                onFault(error)
            }
        }
    }
}
