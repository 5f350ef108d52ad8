/// Looks after the file that everything is kept in.
public protocol DatabaseKeeper: Sendable {
    /// The file.
    var path: String { get }

    /// Looks the database over: every check gives a finding, good or bad. Reads every page, writes nothing.
    func examine(at now: Timestamp) async throws(StoreError) -> [Finding]

    /// Copies the database, as of one moment, to a new file, and checks the copy; reads and writes go on meanwhile.
    ///
    /// Throws ``StoreError/fileExists(path:)`` where there is one already; what it throws leaves no file.
    func backup(to path: String) async throws(StoreError) -> BackupReport
}

/// What a backup made.
public struct BackupReport: Hashable, Sendable, Codable {
    /// The file.
    public var path: String
    /// Its size in bytes.
    public var byteCount: Int

    /// A report.
    public init(path: String, byteCount: Int) {
        self.path = path
        self.byteCount = byteCount
    }
}
