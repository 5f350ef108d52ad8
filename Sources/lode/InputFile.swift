import Foundation
import LodeGzip
import LodeService

/// Reads files and standard input.
enum InputFile {
    /// The text of a file, or of standard input for `-`, unpacked where it is gzip.
    ///
    /// A file that is not packed is mapped, so that it need not fit into memory.
    static func text(_ path: String) throws(InputError) -> IngestText {
        var isFolder: ObjCBool = false
        if path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
                if !data.starts(with: [0x1F, 0x8B]) { return IngestText(data) }
            } catch {
                throw .fileUnreadable(path: path, detail: "permission denied")
            }
        }
        let bytes = try bytes(path)
        guard GzipText.isGzip(bytes) else { return IngestText(bytes) }
        do {
            return IngestText(try GzipText.unpacked(bytes, limit: .max))
        } catch {
            throw .fileUnreadable(path: path, detail: "it begins as gzip, but is damaged or ends early")
        }
    }

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
