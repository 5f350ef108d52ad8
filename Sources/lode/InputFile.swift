import Foundation

/// Reads files and standard input.
enum InputFile {
    /// The bytes of a file, or of standard input for `-`.
    static func bytes(_ path: String) throws(InputError) -> [UInt8] {
        do {
            if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let detail = !exists ? "there is no such file" : isFolder.boolValue ? "it is a folder" : "permission denied"
            throw .fileUnreadable(path: path, detail: detail)
        }
    }
}
