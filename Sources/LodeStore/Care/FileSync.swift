import Glibc
package import LodeDomain

/// Makes files and their names survive a power cut.
package enum FileSync {
    /// Syncs the contents of a file.
    package static func sync(path: String) throws(StoreError) {
        try sync(path: path, flags: O_RDONLY | O_CLOEXEC)
    }

    /// Syncs the names in the folder that holds `path`.
    package static func syncFolder(of path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        try sync(path: folder, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    private static func sync(path: String, flags: Int32) throws(StoreError) {
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, path: path) }
    }
}
