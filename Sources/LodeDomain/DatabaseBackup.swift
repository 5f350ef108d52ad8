/// Copies everything that a store holds to a file.
public protocol DatabaseBackup: Sendable {
    /// Copies the store, as of one moment, to a new file, checks the copy, and returns its size in bytes.
    ///
    /// Reads and writes go on meanwhile. Throws ``StoreError/fileExists(path:)`` where there is a file already; what it throws
    /// leaves no file.
    func copyWhole(to path: String) async throws(StoreError) -> Int
}
