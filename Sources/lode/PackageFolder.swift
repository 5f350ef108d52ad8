import Foundation
import LodeService

/// A folder that holds a model package.
struct PackageFolder {
    let path: String

    /// Makes the folder with both files, or nothing: they are written beside it first.
    func write(_ package: ModelPackage) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: path) else { throw InputError.fileUnwritable(path: path) }
        let partial = URL(fileURLWithPath: path + ".partial")
        let document = try JSONText.bytes(package.document, pretty: true) + Data("\n".utf8)
        do {
            if files.fileExists(atPath: partial.path) { try files.removeItem(at: partial) }
            try files.createDirectory(at: partial, withIntermediateDirectories: true)
            try document.write(to: partial.appending(path: ModelPackage.documentName))
            try Data(package.weights).write(to: partial.appending(path: ModelPackage.weightsName))
            try files.moveItem(at: partial, to: URL(fileURLWithPath: path))
        } catch {
            throw InputError.fileUnwritable(path: path)
        }
    }

    func documentBytes() throws(InputError) -> [UInt8] { try InputFile.bytes(file(ModelPackage.documentName)) }

    func weights() throws(InputError) -> [UInt8] { try InputFile.bytes(file(ModelPackage.weightsName)) }

    private func file(_ name: String) -> String { URL(fileURLWithPath: path).appending(path: name).path }
}
