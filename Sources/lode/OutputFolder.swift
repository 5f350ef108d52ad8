import Foundation
import Glibc

/// A folder that a command fills with files; those of the same names are replaced.
struct OutputFolder {
    let path: String

    /// Makes the folder where there is none, and throws now where nothing could be written into it later.
    init(path: String) throws(InputError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            // The error of the system stands behind a number of Foundation's.
            throw .fileUnwritable(path: path, detail: "no folder can be made there")
        }
        // Permission bits do not tell of everything, a read-only file system for one: try it.
        let probe = file("write-test.partial")
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .fileUnwritable(path: path, detail: String(cString: strerror(errno))) }
        close(descriptor)
        unlink(probe)
    }

    /// Writes a file whole, in place of an older one.
    func write(_ bytes: Data, to name: String) throws(InputError) {
        do {
            try bytes.write(to: URL(fileURLWithPath: file(name)), options: .atomic)
        } catch {
            throw .fileUnwritable(path: file(name), detail: error.systemReason)
        }
    }

    private func file(_ name: String) -> String { URL(fileURLWithPath: path).appending(path: name).path }
}
