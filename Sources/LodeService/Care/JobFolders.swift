internal import Foundation

/// The folders that the files of a job must lie in or below.
///
/// A job that comes over HTTP carries them in its arguments, so that they are looked at both when it is asked for and when it runs:
/// by then a link may lead elsewhere.
public struct JobFolders: Hashable, Sendable {
    /// Absolute paths.
    public var paths: [String]

    /// These folders.
    public init(_ paths: [String]) {
        self.paths = paths
    }

    /// Where `path` leads, if that is in or below one of the folders; nil where it is not.
    ///
    /// Links and `..` are followed. Of a path that does not exist, as far as it does.
    public func resolve(_ path: String) -> String? {
        guard let target = Self.target(of: path) else { return nil }
        // Byte by byte, as the file system has names: strings that are spelled in two ways are equal, and two folders.
        let isInside = paths.contains { folder in
            guard let folder = Self.target(of: folder)?.utf8 else { return false }
            let below = Array(folder) + (folder.last == Self.slash ? [] : [Self.slash])
            return target.utf8.elementsEqual(folder) || target.utf8.starts(with: below)
        }
        return isInside ? target : nil
    }

    /// An absolute path without links and `..`; nil where it cannot be told.
    private static func target(of path: String) -> String? {
        // One that no call of the system takes is not walked part by part either, which would take as many frames as it has parts.
        guard path.utf8.first == slash, !path.utf8.contains(0), path.utf8.count < PATH_MAX else { return nil }
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            // A name that is not UTF-8 would be another one as text.
            return String(validatingCString: resolved)
        }
        // Of the bytes: with a mark that combines behind it a slash is another character, and to the system a slash.
        guard errno == ENOENT, let end = path.utf8.lastIndex(of: slash), let folder = String(path.utf8[..<end]),
            let last = String(path.utf8[end...].dropFirst())
        else { return nil }
        // What is not there has no folder above it; a link that leads nowhere yet may lead anywhere later.
        guard last != "..", last != ".", !isLink(path) else { return nil }
        guard !(folder.isEmpty && last.isEmpty), let target = target(of: folder.isEmpty ? "/" : folder) else {
            return nil
        }
        return last.isEmpty ? target : (target == "/" ? "/" : target + "/") + last
    }

    private static let slash = UInt8(ascii: "/")

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` where `path`, an argument of a job, lies elsewhere.
    func require(_ path: String, pointer: String) throws(ServiceError) {
        guard resolve(path) == nil else { return }
        throw .invalidRequest(
            pointer: pointer, value: "“\(path)”",
            expected: "a path in or below \(paths.map { "“\($0)”" }.joined(separator: " or ")), which the setting "
                + "http.jobFolders names for jobs that are asked for over HTTP")
    }
}
