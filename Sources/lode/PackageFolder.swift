import Foundation
import LodeDomain
import LodeService
import LodeStore

/// A folder that holds a model package.
struct PackageFolder {
    let path: String

    /// Makes the folder with both files, or nothing: they are written to `<path>.partial` first.
    ///
    /// What is there already under either name is not touched: it may be another command's.
    func write(_ package: ModelPackage) throws {
        let files = FileManager.default
        let target = URL(fileURLWithPath: path)
        let partial = URL(fileURLWithPath: path + ".partial")
        for url in [target, partial] where files.fileExists(atPath: url.path) {
            throw InputError.fileExists(path: url.path)
        }
        let document = try JSONText.bytes(package.document, pretty: true) + Data("\n".utf8)
        do {
            try files.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            // Throws where another command has made it meanwhile.
            try files.createDirectory(at: partial, withIntermediateDirectories: false)
        } catch {
            throw unwritable(error)
        }
        do {
            let contents = [
                (ModelPackage.documentName, document), (ModelPackage.weightsName, Data(package.weights)),
            ]
            for (name, data) in contents {
                let file = partial.appending(path: name)
                try data.write(to: file)
                try FileSync.sync(path: file.path)
            }
            try FileSync.sync(path: partial.path)
            try files.moveItem(at: partial, to: target)
        } catch {
            discard(partial)
            throw unwritable(error)
        }
        do {
            try FileSync.syncFolder(of: target.path)
        } catch {
            discard(target)
            throw unwritable(error)
        }
    }

    private func discard(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            // What went wrong first is what the user is told.
        }
    }

    private func unwritable(_ error: any Error) -> InputError {
        .fileUnwritable(path: path, detail: (error as? StoreError)?.message ?? error.systemReason)
    }

    func documentBytes() throws(InputError) -> [UInt8] { try InputFile.bytes(file(ModelPackage.documentName)) }

    func weights() throws(InputError) -> [UInt8] { try InputFile.bytes(file(ModelPackage.weightsName)) }

    private func file(_ name: String) -> String { URL(fileURLWithPath: path).appending(path: name).path }
}
