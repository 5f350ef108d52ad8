import ArgumentParser
import Foundation
import LodeService

/// Where text goes: results to standard output, all else to standard error.
enum Terminal {
    /// Writes a line of a result.
    static func result(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Writes a result as JSON.
    static func result(json value: some Encodable) throws(ServiceError) {
        result(try JSONText.string(value, pretty: true))
    }

    /// Writes bytes of a result.
    static func result(part: [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(part))
    }

    /// Writes a text to a file that is not there yet, or to standard output for `-`.
    static func deliver(_ text: String, to path: String) async throws {
        if path == "-" { return FileHandle.standardOutput.write(Data(text.utf8)) }
        try await OutputFile(path: path).write { try $0.write(contentsOf: Data(text.utf8)) }
    }

    /// Writes a line to standard error; ``Notices`` decides what is worth it.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes over the line that was written by this before; an empty text clears it.
    static func overwrite(_ text: String) {
        FileHandle.standardError.write(Data(("\r\u{1B}[K" + text).utf8))
    }

    /// Says what went wrong; to be thrown.
    static func fail(_ message: String, status: Int32) -> ExitCode {
        say("error: \(message)")
        return ExitCode(status)
    }

    /// Whether a person watches standard error.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person at a terminal says yes; where nobody is there to be asked, the command line is the answer.
    static func agrees(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1, isInteractive else { return true }
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        return readLine().map { ["y", "yes"].contains($0.lowercased()) } ?? false
    }

    /// How many columns a plot may take.
    static var width: Int {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 100
        }
        return Int(size.ws_col)
    }
}
