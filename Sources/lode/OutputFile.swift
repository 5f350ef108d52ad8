import Foundation
import Glibc
import LodeDomain
import LodeService
import LodeStore

/// A file that a command makes: it has its name once it is whole.
struct OutputFile {
    let path: String

    /// What is being written, beside the file.
    private var partialPath: String { path + ".partial" }

    /// Makes the file from what `body` writes; leaves nothing where that fails, and never touches a file that is there already.
    ///
    /// Until it is whole and on the disk, it is called `<path>.partial`: a reader who finds the file finds all of it.
    func write<Result>(_ body: (FileHandle) async throws -> Result) async throws -> Result {
        guard !FileManager.default.fileExists(atPath: path) else { throw InputError.fileExists(path: path) }
        // One that is there already may be another command's, or be left of one that was killed: only a person can tell.
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw fault(errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let result = try await body(handle)
            guard fsync(descriptor) == 0 else { throw fault(errno) }
            try takeName()
            do {
                try syncName()
            } catch {
                unlink(path)
                throw error
            }
            return result
        } catch {
            unlink(partialPath)
            throw error
        }
    }

    private func takeName() throws(InputError) {
        // Unlike a rename, a second name does not replace a file that was made meanwhile.
        if link(partialPath, path) == 0 {
            unlink(partialPath)
            return
        }
        guard errno != EEXIST else { throw .fileExists(path: path) }
        // Not every file system has second names.
        guard rename(partialPath, path) == 0 else { throw fault(errno) }
    }

    /// What is said to be there is there after a power cut too.
    private func syncName() throws(InputError) {
        do throws(StoreError) {
            try FileSync.syncFolder(of: path)
        } catch {
            throw .fileUnwritable(path: path, detail: error.message)
        }
    }

    private func fault(_ code: Int32) -> InputError {
        code == EEXIST
            ? .fileExists(path: partialPath) : .fileUnwritable(path: path, detail: String(cString: strerror(code)))
    }
}
