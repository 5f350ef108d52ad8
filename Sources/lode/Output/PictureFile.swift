import Foundation
import Glibc

/// An image that a command makes.
struct PictureFile {
    /// How an image is stored.
    enum Form {
        case svg
        case png

        /// The form that a file's name ends in.
        init?(path: String) {
            switch path.split(separator: ".").last?.lowercased() {
            case "svg": self = .svg
            case "png": self = .png
            default: return nil
            }
        }
    }

    /// Renders vector images.
    private static let renderer = "rsvg-convert"
    /// For screens of twice the usual density, and for print.
    private static let zoom = "2"

    let path: String
    let form: Form

    /// Makes the file, which must not be there yet; `-` is standard output.
    func write(svg text: String) async throws {
        switch form {
        case .svg: try await Terminal.deliver(text, to: path)
        case .png:
            // Before the file is made: what is missing must leave nothing behind.
            let program = try Self.rendererPath()
            try await OutputFile(path: path).write { target in try Self.render(text, program, to: target) }
        }
    }

    private static func rendererPath() throws(InputError) -> String {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let paths = folders.split(separator: ":").map { folder -> String in "\(folder)/\(renderer)" }
        let found = paths.first { access($0, X_OK) == 0 }
        guard let found else { throw .rendererMissing }
        return found
    }

    private static func render(_ text: String, _ program: String, to target: FileHandle) throws {
        // A file without a name rather than a pipe, so that neither program waits for the other.
        guard let file = tmpfile() else { throw InputError.rendererFailed(detail: String(cString: strerror(errno))) }
        defer { fclose(file) }
        let source = FileHandle(fileDescriptor: fileno(file), closeOnDealloc: false)
        try source.write(contentsOf: Data(text.utf8))
        try source.seek(toOffset: 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--format", "png", "--zoom", zoom]
        process.standardInput = source
        process.standardOutput = target
        do {
            try process.run()
        } catch {
            throw InputError.rendererFailed(detail: error.systemReason)
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw InputError.rendererFailed(detail: "it ended with status \(process.terminationStatus)")
        }
    }
}
