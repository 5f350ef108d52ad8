import Glibc
package import LodeDomain

/// Makes files and their names survive a power cut.
package enum FileSync {
    /// Syncs the contents of a file.
    package static func sync(path: String) throws(StoreError) {
        try sync(path: path, flags: O_RDONLY | O_CLOEXEC)
    }

    /// Syncs the names in the folder that holds `path`, where its file system can.
    package static func syncFolder(of path: String) throws(StoreError) {
        // Of the bytes: with a mark that combines behind it a slash is another character.
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { String(decoding: path.utf8[...$0], as: UTF8.self) }
        try sync(path: folder ?? ".", flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    private static func sync(path: String, flags: Int32) throws(StoreError) {
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
        defer { close(descriptor) }
        // Some file systems of networks have nothing to sync in a folder, and say so.
        let isFolder = flags & O_DIRECTORY != 0
        guard fsync(descriptor) == 0 || (isFolder && errno == EINVAL) else {
            throw StoreError(errno: errno, path: path)
        }
    }
}
