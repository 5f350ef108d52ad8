public import LodeDomain

/// Looks after the database.
public struct CareService: Sendable {
    private let keeper: any DatabaseKeeper
    private let now: Now

    /// Looks after what `keeper` keeps.
    public init(keeper: any DatabaseKeeper, now: @escaping Now) {
        self.keeper = keeper
        self.now = now
    }

    /// What is good and what is wrong with the database, and what to do about it.
    public func examine() async throws(ServiceError) -> [Finding] {
        try await callStore { () async throws(StoreError) in try await keeper.examine(at: now()) }
    }

    /// Copies the database to a new file beside it, `<database>.<moment>.backup`, and checks the copy.
    public func backup() async throws(ServiceError) -> BackupReport {
        let moment = RFC3339.string(microseconds: now().microseconds)
            .filter { $0 != "-" && $0 != ":" }.replacing(".", with: "-")
        let path = "\(keeper.path).\(moment).backup"
        return try await callStore { () async throws(StoreError) in try await keeper.backup(to: path) }
    }
}
