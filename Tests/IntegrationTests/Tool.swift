import Foundation
import Testing

/// Where things are.
enum Package {
    /// The folder of Package.swift.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The binary built beside the tests.
    static var lode: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "lode").path(percentEncoded: false)
    }
}

/// Runs a program to its end.
enum Tool {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var error: String
    }

    static func run(
        _ path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files rather than pipes, so that no amount of text can block the program.
        let folder = FileManager.default.temporaryDirectory.appending(path: "lode-tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: files[1], encoding: .utf8),
            error: try String(contentsOf: files[2], encoding: .utf8))
    }
}

/// Looks again and again until there is a result, for at most three minutes.
func eventually<Result>(_ what: String, _ look: () async throws -> Result?) async throws -> Result {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .seconds(180))
    while clock.now < deadline {
        if let result = try await look() { return result }
        try await Task.sleep(for: .milliseconds(20), clock: clock)
    }
    Issue.record("waited in vain for \(what)")
    throw DeadlineError(what: what)
}

/// A condition did not come about in time.
struct DeadlineError: Error {
    var what: String
}
